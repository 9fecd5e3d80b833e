using Replication.Core.IO;

namespace Replication.Core.Log;

/// <summary>
/// One segment: its file, where its last byte is, and a sparse table from indexes to offsets. Written by the log's
/// thread; the table may be asked by others. The file of the newest one is open, and of no other: readers open their own, so
/// that the log that is kept costs no handles.
/// </summary>
internal sealed class Segment(SegmentHeader header, IFile file)
{
    private const int SparseBytes = 64 * 1024;

    private readonly Lock _gate = new();
    private readonly List<(long Index, long Offset)> _sparse = [(header.FirstIndex, SegmentHeader.Size)];

    public SegmentHeader Header => header;

    public IFile File => file;

    public long FirstIndex => header.FirstIndex;

    /// <summary>Offset behind the last frame or mark.</summary>
    public long End { get; private set; } = SegmentHeader.Size;

    /// <summary>Whether a run of bytes still fits, with the zero length that ends a segment.</summary>
    public bool HasRoomFor(int bytes) => End + bytes + sizeof(int) <= file.Length;

    /// <summary>A run of bytes that begins with a given entry has been written at <see cref="End"/>.</summary>
    public void Advance(long firstIndex, int bytes)
    {
        lock (_gate)
        {
            if (firstIndex > _sparse[^1].Index && End - _sparse[^1].Offset >= SparseBytes) _sparse.Add((firstIndex, End));
            End += bytes;
        }
    }

    /// <summary>An offset at or before the frame of an index, where a frame or a mark begins.</summary>
    public long OffsetBefore(long index)
    {
        lock (_gate)
        {
            var low = 0;
            var high = _sparse.Count - 1;
            while (low < high)
            {
                var middle = (low + high + 1) / 2;
                if (_sparse[middle].Index <= index) low = middle;
                else high = middle - 1;
            }
            return _sparse[low].Offset;
        }
    }

    /// <summary>Nothing more will be written.</summary>
    public void Close() => file.Dispose();
}
