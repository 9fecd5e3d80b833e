using System.Buffers.Binary;
using Replication.Core.IO;
using Replication.Core.Log;

namespace Replication.Cli.LogFiles;

/// <summary>Reads the frames of one segment in order, without a log that is open for writing around it.</summary>
internal sealed class SegmentFrames(IFile file, SegmentHeader header)
{
    private const int ReadBytes = 1024 * 1024;

    private byte[] _buffer = new byte[ReadBytes];
    private long _offset = SegmentHeader.Size;
    private int _start;
    private int _filled;

    /// <summary>The next whole frame, valid until the next call; empty where the frames end or something else stands.</summary>
    internal ReadOnlyMemory<byte> Next()
    {
        while (true)
        {
            var bytes = _buffer.AsSpan(_start, _filled - _start);
            if (Mark.TryRead(bytes, header.Salt, out _))
            {
                Skip(Mark.Size);
                continue;
            }
            if (FrameReader.TryRead(bytes, out var frame) == FrameReading.Frame)
            {
                var found = _buffer.AsMemory(_start, frame.Length);
                Skip(frame.Length);
                return found;
            }
            if (!ReadOn(bytes)) return default;
        }
    }

    private void Skip(int bytes)
    {
        _start += bytes;
        _offset += bytes;
    }

    // Reads from the current place on; false when that can bring nothing new.
    private bool ReadOn(ReadOnlySpan<byte> bytes)
    {
        var left = file.Length - _offset;
        var claimed = bytes.Length >= sizeof(int) ? BinaryPrimitives.ReadInt32LittleEndian(bytes) : 0;
        var wanted = (int)Math.Min(left, Math.Max(ReadBytes, claimed is > 0 and <= FrameHeader.MaxFrameLength ? claimed : 0));
        if (wanted <= bytes.Length) return false;
        if (_buffer.Length < wanted) _buffer = new byte[wanted];
        _filled = file.Read(_buffer.AsSpan(0, wanted), _offset, FileLabel.LogRead);
        var grew = _filled > bytes.Length;
        _start = 0;
        return grew;
    }
}
