namespace Replication.Core.Log;

/// <summary>Whether a frame may follow the end of a log. The one place where index, link, epoch and kind are judged.</summary>
public static class FrameChain
{
    /// <summary>Null when the frame follows; otherwise one clause that says what is wrong.</summary>
    public static string? Violation(in LogTail tail, in FrameHeader frame)
    {
        if (frame.Index != tail.Index + 1) return $"index {frame.Index} stands where {tail.Index + 1} belongs";
        if (frame.PreviousCrc != tail.Crc) return $"entry {frame.Index} does not link to the entry before it";
        if (frame.Epoch < tail.Position.Epoch) return $"entry {frame.Index} has epoch {frame.Epoch} behind epoch {tail.Position.Epoch}";
        if (frame.Epoch > tail.Position.Epoch && frame.Kind != EntryKind.EpochStart)
            return $"entry {frame.Index} is the first of epoch {frame.Epoch} but no epoch start";
        if (frame.Epoch == tail.Position.Epoch && frame.TimestampMicros < tail.TimestampMicros)
            return $"entry {frame.Index} is older than the entry before it";
        return null;
    }
}
