using System.Buffers.Binary;
using Replication.Core.IO;

namespace Replication.Core.Log;

/// <summary>
/// Reads frames in order over the boundaries of segments: from the copy in memory that all share while it is close to the
/// end, otherwise from the disk, each frame checked, with a file handle and a buffer of its own. So any number can read
/// beside the writer. For one thread at a time.
/// </summary>
public sealed class LogCursor : IDisposable
{
    private const int ReadBytes = 256 * 1024;

    private readonly SegmentedLog _log;
    private readonly IFileSystem _files;
    private Segment? _segment;
    private IFile? _file;
    private long _offset;
    private byte[] _buffer = [];
    private IDisposable? _shared;

    internal LogCursor(SegmentedLog log, IFileSystem files, long index)
    {
        _log = log;
        _files = files;
        NextIndex = index;
        _ = log.SegmentOf(index);
    }

    /// <summary>Index of the frame that the next read begins with.</summary>
    public long NextIndex { get; private set; }

    /// <summary>
    /// Bytes that the log has behind what was read: exactly, once something was, but for marks; before, to the grain of
    /// <see cref="SegmentedLog.BytesBehind"/>.
    /// </summary>
    public long BytesBehind => NextIndex > _log.Durable.Index ? 0
        : _segment is { } segment ? _log.BytesAfter(segment, _offset)
        : _log.Recent?.BytesFrom(NextIndex) ?? _log.BytesBehind(NextIndex - 1);

    /// <summary>
    /// The next whole frames, up to an index that is synced: as many as about 256 KiB hold, at least one.
    /// Valid until the next read; empty when there is nothing up to the limit.
    /// </summary>
    /// <exception cref="LogPrunedException">The entry was removed meanwhile.</exception>
    /// <exception cref="LogDamagedException">The bytes are not those that were written.</exception>
    public FrameRun Read(long limit)
    {
        Release();
        if (NextIndex > limit) return FrameRun.Empty;
        if (_log.Recent?.TryRead(NextIndex, limit, out var recent) is { } shared) return Share(shared, recent);
        if (_buffer.Length == 0) _buffer = new byte[ReadBytes];
        while (true)
        {
            var file = OpenFile();
            var filled = file.Read(_buffer, _offset, FileLabel.LogRead);
            var run = Collect(filled, limit);
            if (run.LastIndex > 0) return run;
        }
    }

    /// <summary>The header of the next frame, without moving on.</summary>
    public FrameHeader ReadHeader()
    {
        var (index, offset, segment) = (NextIndex, _offset, _segment);
        var header = FrameHeader.Read(Read(index).Frames.Span);
        NextIndex = index;
        if (segment == _segment) _offset = offset;
        else (_segment, _offset) = (null, 0);
        return header;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Release();
        _file?.Dispose();
    }

    private FrameRun Share(IDisposable shared, in FrameRun recent)
    {
        _shared = shared;
        NextIndex = recent.LastIndex + 1;
        // Where the next frame is on the disk is looked up when it is wanted from there. Near the end it hardly ever is.
        _file?.Dispose();
        (_file, _segment, _offset, _buffer) = (null, null, 0, []);
        return recent;
    }

    private void Release()
    {
        _shared?.Dispose();
        _shared = null;
    }

    private IFile OpenFile()
    {
        if (_file is not null && _segment is not null) return _file;
        _file?.Dispose();
        _segment = _log.SegmentOf(NextIndex);
        _offset = _segment.OffsetBefore(NextIndex);
        try
        {
            return _file = _files.OpenRead(_segment.File.Path, FileLabel.LogRead);
        }
        catch (FileNotFoundException)
        {
            throw new LogPrunedException(NextIndex, _log.FirstIndex);
        }
    }

    // Moves the wanted frames to the front of the buffer: marks between them stay behind, and so do frames before the
    // wanted one.
    private FrameRun Collect(int filled, long limit)
    {
        var at = 0;
        var kept = 0;
        var first = NextIndex;
        while (NextIndex <= limit)
        {
            var bytes = _buffer.AsSpan(at, filled - at);
            if (Mark.TryRead(bytes, _segment!.Header.Salt, out _))
            {
                at += Mark.Size;
                continue;
            }
            var reading = FrameReader.TryRead(bytes, out var header);
            if (reading == FrameReading.Frame)
            {
                if (header.Index > NextIndex) throw Damaged(at, $"entry {header.Index} stands there");
                if (header.Index == NextIndex)
                {
                    if (kept != at) Buffer.BlockCopy(_buffer, at, _buffer, kept, header.Length);
                    kept += header.Length;
                    NextIndex++;
                }
                at += header.Length;
                continue;
            }
            var fileEnds = bytes.Length < sizeof(int) && filled < _buffer.Length;
            if (!fileEnds && (reading == FrameReading.Incomplete || IsCutMark(bytes)))
            {
                if (at == 0) GrowFor(bytes, filled);
                break;
            }
            if (!fileEnds && reading != FrameReading.End) throw Damaged(at, $"what stands there is no frame ({reading})");
            if (_log.SegmentOf(NextIndex) == _segment) throw Damaged(at, "the segment ends before it");
            (_segment, _offset) = (null, 0);
            return new FrameRun(first, NextIndex - 1, _buffer.AsMemory(0, kept)).OrEmpty();
        }
        _offset += at;
        return new FrameRun(first, NextIndex - 1, _buffer.AsMemory(0, kept)).OrEmpty();
    }

    private static bool IsCutMark(ReadOnlySpan<byte> bytes) =>
        bytes.Length is >= sizeof(uint) and < Mark.Size && BinaryPrimitives.ReadUInt32LittleEndian(bytes) == Mark.Sentinel;

    // A frame larger than the buffer: its length has been bounded by TryRead, and the file holds that many bytes.
    private void GrowFor(ReadOnlySpan<byte> bytes, int filled)
    {
        var length = filled >= sizeof(int) ? BinaryPrimitives.ReadInt32LittleEndian(bytes) : 0;
        if (filled < _buffer.Length || length <= _buffer.Length) throw Damaged(0, "the file ends inside it");
        if (length > _file!.Length - _offset) throw Damaged(0, "its length is larger than the file");
        _buffer = new byte[length];
    }

    private LogDamagedException Damaged(int at, string what)
    {
        var damage = new LogDamagedException(_segment!.File.Path, _offset + at, NextIndex, what);
        _log.Report(damage, _segment);
        return damage;
    }
}
