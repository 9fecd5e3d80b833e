using Replication.Core.Log;
using Replication.Core.Records;

namespace Replication.Core.Following;

/// <summary>
/// Applies entries on a replica, but none beyond the commit index that its upstream announced: what lies above waits
/// here. For one thread.
/// </summary>
public sealed class CommittedApplier(StateBuilder state)
{
    private readonly Queue<(FrameHeader Header, byte[] Payload)> _waiting = [];
    private long _commitIndex;

    /// <summary>Index of the last entry applied.</summary>
    public long Applied => state.Tail.Index;

    /// <summary>Bytes of the frames that wait.</summary>
    public long WaitingBytes { get; private set; }

    /// <summary>Entries applied since this was made.</summary>
    public long Count { get; private set; }

    /// <summary>
    /// The next entry of the log. Entries that are applied already may come again, when they were applied before they
    /// were durable here: they are passed over, and the last of them has to be the very one that was applied.
    /// </summary>
    /// <exception cref="ApplyException">It cannot be applied; nothing more may be applied.</exception>
    public void Take(ReadOnlySpan<byte> frame, in FrameHeader header)
    {
        if (header.Index > Applied) WaitingBytes += header.Length;
        if (header.Index <= Applied)
        {
            if (header.Index == Applied && header.Crc != state.Tail.Crc)
                throw new ApplyException(header.Position, "another entry was shown in its place; start this node again, it then goes by its log");
            return;
        }
        if (_waiting.Count == 0 && header.Index <= _commitIndex) Apply(header, FrameReader.Payload(frame));
        else _waiting.Enqueue((header, FrameReader.Payload(frame).ToArray()));
    }

    /// <summary>The upstream announced a commit index; it never falls.</summary>
    /// <exception cref="ApplyException">An entry cannot be applied; nothing more may be applied.</exception>
    public void MoveCommitIndex(long index)
    {
        _commitIndex = Math.Max(_commitIndex, index);
        while (_waiting.TryPeek(out var next) && next.Header.Index <= _commitIndex)
        {
            Apply(next.Header, next.Payload);
            _waiting.Dequeue();
        }
    }

    /// <summary>The state to show.</summary>
    public DatabaseState Freeze() => state.Freeze();

    private void Apply(in FrameHeader header, ReadOnlySpan<byte> payload)
    {
        state.Apply(header, payload);
        WaitingBytes -= header.Length;
        Count++;
    }
}
