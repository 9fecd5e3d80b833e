namespace Replication.Core.Log;

/// <summary>A file, an entry or a message was written by a newer version. Nothing was changed; the message says what to start instead.</summary>
public sealed class UnsupportedFormatException(string message) : IOException(message);
