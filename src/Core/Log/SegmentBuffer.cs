using Replication.Core.IO;

namespace Replication.Core.Log;

/// <summary>Holds one whole segment after the other while a log is checked, outside the managed heap: at the end the system has its memory back at once.</summary>
internal sealed unsafe class SegmentBuffer : IDisposable
{
    private const int Alignment = 2 * 1024 * 1024; // of a huge page

    private MappedRegion? _region;

    /// <summary>Reads a segment; valid until the next one is read.</summary>
    /// <exception cref="LogDamagedException">It is larger than a segment can be.</exception>
    public Span<byte> Read(Segment segment)
    {
        var length = segment.File.Length;
        if (length > 1 << 30) throw new LogDamagedException(segment.File.Path, 0, segment.FirstIndex, $"it is larger than a segment can be ({length} bytes)");
        if (_region is null || _region.Bytes < length) Grow(length);
        var bytes = new Span<byte>((void*)_region!.Address, (int)length);
        return bytes[..segment.File.Read(bytes, 0, FileLabel.Recovery)];
    }

    public void Dispose() => _region?.Dispose();

    private void Grow(long length)
    {
        _region?.Dispose();
        _region = MappedRegion.Map((length + Alignment - 1) / Alignment * Alignment, Alignment);
        _region.PreferHugePages();
    }
}
