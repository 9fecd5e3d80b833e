using Replication.Core.Positions;

namespace Replication.Core.Log;

/// <summary>
/// Frames that are written with one call and synced once. Filled by one thread, then handed to the log; reused after that.
/// Room for the mark is left in front, so that mark and frames are one run of bytes.
/// </summary>
public sealed class LogBatch
{
    private const int FirstBytes = 64 * 1024;
    private const int KeptBytes = 16 * 1024 * 1024; // a full batch under load is kept, the buffer of one huge transaction is not

    private byte[] _bytes = new byte[FirstBytes];
    private int _end = Mark.Size;
    private int _payloadStart;

    /// <summary>The end of the log before this batch.</summary>
    public LogTail Before { get; private set; }

    /// <summary>The end of the log with this batch.</summary>
    public LogTail After { get; private set; }

    /// <summary>Position of the first entry; meaningless while empty.</summary>
    public LogPosition First { get; private set; }

    /// <summary>Entries in the batch.</summary>
    public int Count { get; private set; }

    /// <summary>Whether there is nothing to write.</summary>
    public bool IsEmpty => Count == 0;

    /// <summary>The frames, one behind the other.</summary>
    public ReadOnlyMemory<byte> Frames => _bytes.AsMemory(Mark.Size, _end - Mark.Size);

    /// <summary>Bytes that the log writes for it: the mark and the frames.</summary>
    public int WrittenBytes => _end;

    /// <summary>Empties the batch and lets it follow the given end of the log.</summary>
    public void Restart(in LogTail before)
    {
        if (_bytes.Length > KeptBytes) _bytes = new byte[FirstBytes];
        Before = After = before;
        First = default;
        Count = 0;
        _end = Mark.Size;
    }

    /// <summary>Room for the payload of a new entry. Nothing is in the batch until <see cref="Seal"/>.</summary>
    /// <param name="size">Its exact length in bytes.</param>
    public Span<byte> Payload(int size)
    {
        EnsureRoom(FrameHeader.Size + size);
        _payloadStart = _end + FrameHeader.Size;
        return _bytes.AsSpan(_payloadStart, size);
    }

    /// <summary>Makes an entry of the payload last asked for.</summary>
    /// <param name="size">The length given to <see cref="Payload"/>.</param>
    /// <param name="epoch">The writer's reign.</param>
    /// <param name="kind">What the payload is.</param>
    /// <param name="timestampMicros">The time to record; raised to that of the entry before within a reign.</param>
    public FrameHeader Seal(int size, Epoch epoch, EntryKind kind, long timestampMicros)
    {
        if (epoch == After.Position.Epoch) timestampMicros = Math.Max(timestampMicros, After.TimestampMicros);
        var frame = _bytes.AsSpan(_end, FrameHeader.Size + size);
        var header = FrameHeader.Seal(frame, After, epoch, kind, timestampMicros);
        Accept(header);
        return header;
    }

    /// <summary>Appends a frame as another node wrote it; its crc and its place in the chain have been checked.</summary>
    public void AppendVerified(ReadOnlySpan<byte> frame, in FrameHeader header)
    {
        EnsureRoom(frame.Length);
        frame.CopyTo(_bytes.AsSpan(_end));
        Accept(header);
    }

    internal ReadOnlySpan<byte> WithMark(in Mark mark, ulong salt)
    {
        mark.Write(_bytes, salt);
        return _bytes.AsSpan(0, _end);
    }

    private void Accept(in FrameHeader header)
    {
        if (Count++ == 0) First = header.Position;
        After = LogTail.Behind(header);
        _end += header.Length;
    }

    private void EnsureRoom(int more)
    {
        if (_bytes.Length - _end >= more) return;
        Array.Resize(ref _bytes, (int)Math.Min(Array.MaxLength, Math.Max((long)_end + more, 2L * _bytes.Length)));
    }
}
