namespace Replication.Node.Embedding;

/// <summary>A digest in the log did not agree with this node's memory, so it shows nothing until it has replayed its own files. Try again after a moment.</summary>
public sealed class DataWithheldException() : InvalidOperationException(
    "This node's memory did not agree with a digest in the log: it shows nothing until it has replayed its own files. Try again after a moment, or read from another node.");
