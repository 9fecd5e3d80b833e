namespace Replication.Kit;

/// <summary>The bytes of one file on a <see cref="MemoryDisk"/>: as they are now, and as they were at the last sync.</summary>
internal sealed class MemoryInode(int number)
{
    private readonly List<(long Offset, byte[] Bytes)> _unsynced = [];
    private byte[] _now = [];
    private byte[] _synced = [];

    public int Number => number;

    public long Length { get; private set; }

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

    /// <summary>The file as it is found after a power loss.</summary>
    public MemoryInode AfterPowerLoss(PowerLoss loss)
    {
        var found = new MemoryInode(number) { _now = [.. _synced], Length = _synced.Length };
        foreach (var (offset, bytes) in _unsynced)
        {
            for (var at = 0; at < bytes.Length;)
            {
                var sector = (offset + at) / PowerLoss.SectorBytes;
                var end = (int)Math.Min(bytes.Length, ((sector + 1) * PowerLoss.SectorBytes) - offset);
                if (loss.KeepsSector(sector)) found.Put(bytes.AsSpan(at, end - at), offset + at);
                at = end;
            }
        }
        found._synced = found.Content.ToArray();
        return found;
    }

    private void Put(ReadOnlySpan<byte> bytes, long offset)
    {
        var end = (int)offset + bytes.Length;
        if (end > _now.Length) Array.Resize(ref _now, Math.Max(end, 2 * _now.Length));
        bytes.CopyTo(_now.AsSpan((int)offset));
        Length = Math.Max(Length, end);
    }
}
