using System.Globalization;
using Replication.Core.Database;
using Replication.ProcessKit;
using Replication.Testing;

namespace Replication.Faults.Disks;

/// <summary>
/// Power losses of a real file system: the node's disk is an ext4 in a file; at an instant the file is copied, which leaves out
/// what the kernel had not written yet, and the copy is mounted and opened.
/// </summary>
public sealed class PowerLossTests : IAsyncLifetime
{
    private const int ImageMebibytes = 96;

    // Every so many images are also given to a process of their own; the others are opened by the engine in this one.
    private const int ProcessEvery = 10;

    private static readonly int Images = int.Parse(Environment.GetEnvironmentVariable("POWER_LOSSES") ?? "100", CultureInfo.InvariantCulture);

    // Each leaves something that no sync has made durable yet, or has just made durable.
    private static readonly (string Step, string Moment, int Times)[] Instants =
    [
        ("Append/Write", "ended", 200), ("Append/Sync", "ended", 200), ("State/Show", "ended", 200),
        ("SegmentPrepare/Create", "ended", 1), ("SegmentPrepare/Sync", "begins", 1),
        ("SegmentRoll/Write", "ended", 1), ("SegmentRoll/Rename", "ended", 1), ("SegmentRoll/SyncDirectory", "ended", 2),
        ("SnapshotWrite/Write", "ended", 1), ("SnapshotWrite/Rename", "ended", 1), ("SnapshotDelete/Delete", "ended", 1), ("Retention/Delete", "ended", 1),
        ("Identity/Rename", "ended", 1), ("Register/Rename", "ended", 1), ("IdleMark/Write", "ended", 1),
    ];

    private readonly string _root = Directory.CreateTempSubdirectory("replication-images-").FullName;
    private readonly Random _random = new(13);
    private readonly MountedDisk _disk;
    private readonly FaultedPair _pair;

    public PowerLossTests()
    {
        _disk = MountedDisk.NewExt4(Path.Combine(_root, "disk"), ImageMebibytes);
        _pair = new FaultedPair(seed: 13, primaryDisk: _disk.Folder);
    }

    public Task InitializeAsync() => _pair.StartAsync();

    public async Task DisposeAsync()
    {
        await _pair.DisposeAsync();
        _disk.Dispose();
        Directory.Delete(_root, recursive: true);
    }

    [Fact]
    public async Task A13_Power_lost_at_any_instant_loses_nothing_that_was_answered_and_the_node_starts_by_itself()
    {
        await _pair.Load.GetsOnAsync();
        for (var image = 0; image < Images; image++)
        {
            if (image < Instants.Length) await StopAtAsync(Instants[image]);
            else await StopAtRandomAsync();
            await CheckImageAsync(image);
            _pair.Primary.Resume();
        }
        await _pair.CheckAsync();
    }

    private async Task StopAtAsync((string Step, string Moment, int Times) instant)
    {
        await _pair.Load.GetsOnAsync();
        await _pair.Primary.KillAsync();
        _pair.Primary.Variables = Hooks.Signal(instant.Step, instant.Moment, instant.Times, Hooks.SigStop, Path.Combine(_root, "seen"));
        _pair.Primary.Start();
        await _pair.MeetAsync(_pair.Primary, instant.Step);
    }

    private async Task StopAtRandomAsync()
    {
        await _pair.Load.GetsOnAsync(_random.Next(1, 60));
        if (_random.Next(4) == 0) await _pair.SnapshotAsync(_pair.Primary);
        _pair.Primary.Pause();
        await Eventually.HoldsAsync("it stands still", () => _pair.Primary.IsStopped, NodeProcess.Patience);
    }

    private async Task CheckImageAsync(int number)
    {
        var copy = Path.Combine(_root, "copy");
        _disk.CopyImage(copy);
        var told = _pair.Load.Ledger.Copy();
        using var disk = MountedDisk.Image(copy);
        var data = Path.Combine(disk.Folder, "primary");
        if (number % ProcessEvery == 0)
        {
            await using var process = new NodeProcess("primary", data);
            await process.StartReadyAsync();
            await process.KillAsync();
        }
        using var database = LocalDatabase.Open(DatabaseEnvironment.Physical, new DatabaseOptions(data), withHistory: true);
        var history = _pair.ReadHistory(Path.Combine(data, "log"));
        told.CheckAgainst(history);
        history.CheckContent($"image {number.ToString(CultureInfo.InvariantCulture)}", database.State);
    }
}
