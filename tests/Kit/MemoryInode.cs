namespace Replication.Kit;

/// <summary>The bytes of one file on a <see cref="MemoryDisk"/>: as they are now, and as they were at the last sync.</summary>
internal sealed class MemoryInode(int number)
{
    private readonly List<(long Offset, byte[] Bytes)> _unsynced = [];
    private byte[] _now = [];
    private byte[] _synced = [];

    public int Number => number;

    public long Length { get; private set; }

    public long SyncedLength => _synced.Length;

    public ReadOnlySpan<byte> Content => _now.AsSpan(0, (int)Length);

    public int Read(Span<byte> buffer, long offset)
    {
        if (offset >= Length) return 0;
        var count = (int)Math.Min(buffer.Length, Length - offset);
        _now.AsSpan((int)offset, count).CopyTo(buffer);
        return count;
    }

    public void Write(ReadOnlySpan<byte> bytes, long offset)
    {
        _unsynced.Add((offset, bytes.ToArray()));
        Put(bytes, offset);
    }

    public void Sync()
    {
        if (_unsynced.Count == 0 && _synced.Length == Length) return;
        _synced = Content.ToArray();
        _unsynced.Clear();
    }

    /// <summary>Changes a bit of what is durable. Where a write is in the page cache only, a reader does not see it yet.</summary>
    public void FlipBit(long offset, int bit)
    {
        // What a power loss left is shared with the disk it was taken from.
        _synced = [.. _synced];
        _synced[offset] ^= (byte)(1 << bit);
        if (!_unsynced.Any(write => write.Offset <= offset && offset < write.Offset + write.Bytes.Length)) _now[offset] = _synced[offset];
    }

    /// <summary>The file as it is found after a power loss.</summary>
    public MemoryInode AfterPowerLoss(IPowerLoss loss)
    {
        var found = new MemoryInode(number) { _now = [.. _synced], Length = _synced.Length };
        foreach (var (sector, writes) in UnsyncedSectors())
        {
            var fate = loss.FateOf(sector, writes.Count);
            var end = (sector * PowerLoss.SectorBytes) + fate.Bytes;
            foreach (var (offset, bytes) in writes.Take(fate.Writes))
                if (offset < end)
                    found.Put(bytes.Span[..(int)Math.Min(bytes.Length, end - offset)], offset);
        }
        found._synced = _unsynced.Count == 0 ? _synced : found.Content.ToArray();
        return found;
    }

    // For each sector the parts of the writes that touched it, oldest first.
    private SortedDictionary<long, List<(long Offset, ReadOnlyMemory<byte> Bytes)>> UnsyncedSectors()
    {
        var sectors = new SortedDictionary<long, List<(long, ReadOnlyMemory<byte>)>>();
        foreach (var (offset, bytes) in _unsynced)
        {
            for (var at = 0; at < bytes.Length;)
            {
                var sector = (offset + at) / PowerLoss.SectorBytes;
                var end = (int)Math.Min(bytes.Length, ((sector + 1) * PowerLoss.SectorBytes) - offset);
                if (!sectors.TryGetValue(sector, out var parts)) sectors[sector] = parts = [];
                parts.Add((offset + at, bytes.AsMemory(at..end)));
                at = end;
            }
        }
        return sectors;
    }

    private void Put(ReadOnlySpan<byte> bytes, long offset)
    {
        var end = (int)offset + bytes.Length;
        if (end > _now.Length) Array.Resize(ref _now, Math.Max(end, 2 * _now.Length));
        bytes.CopyTo(_now.AsSpan((int)offset));
        Length = Math.Max(Length, end);
    }
}
