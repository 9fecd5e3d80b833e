using Replication.Cli.LogFiles;
using Replication.Cli.Output;

namespace Replication.Cli.Following;

/// <summary>Where checked frames go.</summary>
internal abstract class FollowSink
{
    /// <summary>Takes a whole frame, which is valid during the call.</summary>
    internal abstract void Take(ReadOnlySpan<byte> frame);

    /// <summary>No more frames stand in this message.</summary>
    internal abstract void EndMessage();
}

/// <summary>Nowhere.</summary>
internal sealed class DiscardingSink : FollowSink
{
    internal override void Take(ReadOnlySpan<byte> frame)
    {
    }

    internal override void EndMessage()
    {
    }
}

/// <summary>One line of JSON an entry, as <c>log dump</c> writes them, shown with the end of each message. For one session.</summary>
internal sealed class PrintingSink(Answer answer, Stream output) : FollowSink
{
    private byte[] _frame = [];

    internal override void Take(ReadOnlySpan<byte> frame)
    {
        if (_frame.Length < frame.Length) _frame = new byte[frame.Length];
        frame.CopyTo(_frame);
        var length = frame.Length;
        answer.Json(json => EntryJson.Write(json, _frame.AsSpan(0, length)));
    }

    internal override void EndMessage() => output.Flush();
}
