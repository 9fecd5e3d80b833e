using Replication.Kit;

namespace Replication.Simulation.Tests.Faults;

/// <summary>What happened to a disk that no crash explains.</summary>
internal sealed class DiskDamage
{
    private readonly List<(string Path, long Offset, int Bit)> _flips = [];
    private readonly List<MisdirectedWrite> _misdirected = [];

    public bool IsAny => _flips.Count > 0 || _misdirected.Any(write => write.Meant is not null);

    public void Flip(MemoryDisk disk, string path, long offset, int bit)
    {
        disk.FlipBit(path, offset, bit);
        _flips.Add((path, offset, bit));
    }

    public void Add(MisdirectedWrite write) => _misdirected.Add(write);

    /// <summary>Turns the bits back, as far as their files are still there.</summary>
    public bool TryUndo(MemoryDisk disk)
    {
        foreach (var (path, offset, bit) in _flips)
            if (disk.FileExists(path) && offset < disk.DurableLength(path))
                disk.FlipBit(path, offset, bit);
        return _misdirected.Count == 0;
    }

    public void Clear()
    {
        _flips.Clear();
        _misdirected.Clear();
    }
}
