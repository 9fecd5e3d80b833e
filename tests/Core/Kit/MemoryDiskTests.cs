using Replication.Core.IO;

namespace Replication.Core.Tests.Kit;

/// <summary>The simulated disk fails as disks do; whatever the other tests show rests on it.</summary>
public sealed class MemoryDiskTests
{
    private const string Path = "/file";

    private readonly MemoryFileSystem _files = new();

    [Fact]
    public void A_full_disk_reports_the_error_that_the_operating_system_reports()
    {
        _files.Disk.Capacity = 0;

        var simulated = Assert.Throws<IOException>(() => _files.Create(Path, FileLabel.Layout));

        using var full = new PhysicalFileSystem().Open("/dev/full", FileLabel.Layout);
        var real = Assert.Throws<IOException>(() => full.Write([1], 0, FileLabel.Layout));
        Assert.Equal((real.HResult, real.Message.Replace("/dev/full", Path, StringComparison.Ordinal)), (simulated.HResult, simulated.Message));
    }

    [Fact]
    public void A_write_that_no_longer_fits_leaves_what_fitted_and_there_is_room_again_when_a_file_is_removed()
    {
        _files.Disk.Capacity = 100;
        using var file = Written(new byte[60]);

        Assert.Equal(FullDisk.NoSpaceLeft, Assert.Throws<IOException>(() => file.Write(new byte[60], 50, FileLabel.Append)).HResult);

        Assert.Equal((100, 0), (file.Length, _files.FreeBytes("/")));
        file.Write(new byte[100], 0, FileLabel.Append);
        _files.Delete(Path, FileLabel.Layout);
        Assert.Equal(100, _files.FreeBytes("/"));
        Assert.Equal(100, _files.AfterPowerLoss(PowerLoss.None).Disk.Capacity);
    }

    [Fact]
    public void A_rotten_bit_is_read_back_but_not_where_the_page_cache_has_something_newer()
    {
        using var file = Written([1, 2, 3]);
        file.Sync(FileLabel.Append);
        _files.SyncDirectory("/", FileLabel.Layout);
        file.Write([9], 2, FileLabel.Append);

        _files.Disk.FlipBit(Path, 0, bit: 7);
        _files.Disk.FlipBit(Path, 2, bit: 0);

        Assert.Equal([0x81, 2, 9], _files.Disk.Content(Path));
        Assert.Equal([0x81, 2, 2], After(new PowerLoss(UnsyncedWrites.Dropped, UnsyncedNames.Kept)));
        Assert.Equal(3, _files.Disk.DurableLength(Path));
    }

    [Fact]
    public void A_misdirected_write_lands_elsewhere_once_and_nobody_is_told()
    {
        using var file = Written([1, 2, 3, 4]);
        _files.Misdirected = new MisdirectedWrite(FileLabel.Append, by: -2);

        file.Write([7], 1, FileLabel.Resync);
        file.Write([8], 3, FileLabel.Append);
        file.Write([9], 3, FileLabel.Append);

        Assert.Equal([1, 8, 3, 9], _files.Disk.Content(Path));
        Assert.Equal(3, _files.Misdirected.Meant!.Offset);
        Assert.Equal(_files.Disk.Content(Path), MemoryFileSystem.Replay(_files.Journal).Content(Path));
    }

    [Fact]
    public void The_same_seed_gives_the_same_power_loss_and_others_give_others()
    {
        using var file = Written(new byte[8 * PowerLoss.SectorBytes]);
        _files.SyncDirectory("/", FileLabel.Layout);
        file.Sync(FileLabel.Append);
        for (byte round = 1; round <= 3; round++) file.Write(Enumerable.Repeat(round, 8 * PowerLoss.SectorBytes).ToArray(), 0, FileLabel.Append);

        var found = Enumerable.Range(0, 40).Select(seed => Convert.ToHexString(After(new RandomPowerLoss(seed)))).ToList();

        Assert.Equal(found, Enumerable.Range(0, 40).Select(seed => Convert.ToHexString(After(new RandomPowerLoss(seed)))));
        Assert.InRange(found.Distinct().Count(), 30, 40);
    }

    [Fact]
    public void Every_fate_of_a_sector_and_of_a_name_comes_and_each_is_drawn_by_itself()
    {
        using var file = Written(new byte[16 * PowerLoss.SectorBytes]);
        _files.SyncDirectory("/", FileLabel.Layout);
        file.Sync(FileLabel.Append);
        for (byte round = 1; round <= 2; round++) file.Write(Enumerable.Repeat(round, 16 * PowerLoss.SectorBytes).ToArray(), 0, FileLabel.Append);
        for (var i = 0; i < 8; i++) _files.Create($"/name-{i}", FileLabel.Layout).Dispose();

        var random = new Random(1);
        var sectors = new HashSet<string>();
        var (mixedSectors, mixedNames) = (0, 0);
        for (var round = 0; round < 40; round++)
        {
            var loss = new RandomPowerLoss(random);
            var content = _files.AfterPowerLoss(loss).Disk.Content(Path);
            foreach (var sector in content.Chunk(PowerLoss.SectorBytes)) sectors.Add(string.Concat(sector.Distinct()));
            if (loss.Sectors is { Kept: > 0, Dropped: > 0, Torn: > 0 }) mixedSectors++;
            if (loss.Names is { Kept: > 0, Dropped: > 0 }) mixedNames++;
        }

        Assert.Equal(["0", "1", "10", "2", "20"], sectors.Order(StringComparer.Ordinal));
        Assert.InRange(mixedSectors, 10, 40);
        Assert.InRange(mixedNames, 20, 40);
    }

    [Fact]
    public void A_directory_is_removed_name_by_name_and_a_crash_may_come_between()
    {
        _files.CreateDirectory("/a/b", FileLabel.Layout);
        _files.Create("/a/b/c", FileLabel.Layout).Dispose();
        var before = _files.Operations;

        _files.DeleteDirectory("/a", FileLabel.Layout);

        Assert.Equal(["/a/b/c", "/a/b", "/a"], _files.Journal.Skip(before).Select(operation => operation.Path));
        Assert.False(_files.DirectoryExists("/a"));
    }

    [Fact]
    public void A_directory_is_not_renamed_to_a_name_that_is_taken()
    {
        _files.CreateDirectory("/a", FileLabel.Layout);
        _files.CreateDirectory("/b", FileLabel.Layout);

        Assert.Throws<IOException>(() => _files.Rename("/a", "/b", FileLabel.Layout));
    }

    private IFile Written(byte[] bytes)
    {
        var file = _files.Create(Path, FileLabel.Layout);
        file.Write(bytes, 0, FileLabel.Layout);
        return file;
    }

    private byte[] After(IPowerLoss loss) => _files.AfterPowerLoss(loss).Disk.Content(Path);
}
