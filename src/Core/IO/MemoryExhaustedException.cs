namespace Replication.Core.IO;

/// <summary>The system gives this process no more memory. What was decided is in the log; the process has to end.</summary>
public sealed class MemoryExhaustedException(string message) : Exception(message);
