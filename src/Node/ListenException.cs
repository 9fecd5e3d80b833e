namespace Replication.Node;

/// <summary>A node cannot serve where it was told to. The message says what to do.</summary>
public sealed class ListenException(string message, Exception cause) : IOException(message, cause);
