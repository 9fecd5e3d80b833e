namespace Replication.Node.Embedding;

/// <summary>
/// This node shows nothing for now: it is still opening its data, or a digest in the log did not agree with its memory and it
/// replays its own files. Try again after a moment.
/// </summary>
/// <param name="message">Which of them, and what to do next.</param>
public sealed class DataWithheldException(string message) : InvalidOperationException(message)
{
    internal static DataWithheldException Doubted() => new(
        "This node's memory did not agree with a digest in the log: it shows nothing until it has replayed its own files. Try again after a moment, or read from another node.");
}
