using Replication.Core.Bootstrapping;
using Replication.Core.IO;

namespace Replication.Core.Tests.Database;

/// <summary>What a crash or a full disk leaves lying about, and what of it a node clears away.</summary>
public sealed class DirectoryLeftoverTests
{
    private readonly Lineage _lineage = new();
    private readonly MemoryFileSystem _files = new();

    [Fact]
    public void A16_Left_over_temporary_files_are_removed_at_start_and_unknown_files_stay()
    {
        var layout = TestNode.Layout;
        using (var node = TestNode.Open(_files, _lineage)) node.BeginReign();
        _files.CreateDirectory(layout.Lost, FileLabel.Layout);
        _files.CreateDirectory(layout.Bootstrap, FileLabel.Layout);
        string[] leftOver =
        [
            $"{layout.Log}/next-3.tmp", $"{layout.Snapshots}/00000000000000000004.snapshot.tmp", $"{layout.Snapshots}/00000000000000000003.snapshot",
            $"{layout.Lost}/torn-00000000000000000004-00000000.bytes.tmp", $"{layout.Bootstrap}/00000000000000000009.manifest.tmp", $"{layout.InstallMarker}.tmp",
        ];
        string[] unknown =
        [
            $"{layout.Root}/notes.txt", $"{layout.Root}/mine.tmp", $"{layout.Log}/notes.txt", $"{layout.Snapshots}/notes.txt", $"{layout.Lost}/notes.txt",
            $"{layout.Lost}/torn-00000000000000000004-00000000.bytes", $"{layout.Bootstrap}/notes.txt", "/srv/replication/data.old",
        ];
        var before = _files.Disk.Files.Concat(unknown).Order(StringComparer.Ordinal).ToList();
        foreach (var path in leftOver.Concat(unknown)) _files.Create(path, FileLabel.Layout).Dispose();

        using var again = TestNode.Open(_files, _lineage);

        Assert.Equal(before, _files.Disk.Files);
    }

    [Fact]
    public void A9_A_node_starts_on_a_full_disk_as_often_as_it_has_to()
    {
        using (var node = TestNode.Open(_files, _lineage)) node.BeginReign();
        _files.Disk.Capacity = _files.Disk.Files.Sum(path => _files.Disk.Content(path).LongLength);
        for (var start = 0; start < 3; start++)
        {
            using var again = TestNode.Open(_files, _lineage);
            Assert.Equal((ulong)start + 2, again.Database.Identity.StartCounter);
        }

        // Somebody else has the room of the spare: the start is refused, and changes nothing.
        _files.Delete(TestNode.Layout.SpareIdentity, FileLabel.Layout);
        _files.Disk.Capacity = _files.Disk.Files.Sum(path => _files.Disk.Content(path).LongLength);
        var identity = _files.Disk.Content(TestNode.Layout.Identity).ToArray();
        var refused = Assert.Throws<DiskFullException>(() => TestNode.Open(_files, _lineage));
        Assert.Contains("Free some space", refused.Message, StringComparison.Ordinal);
        Assert.Equal(identity, _files.Disk.Content(TestNode.Layout.Identity).ToArray());

        _files.Disk.Capacity = long.MaxValue;
        using var roomy = TestNode.Open(_files, _lineage);
        Assert.Equal(5UL, roomy.Database.Identity.StartCounter);
    }

    [Fact]
    public void A9_A_disk_that_is_full_while_a_snapshot_is_written_costs_only_that_snapshot()
    {
        using var node = TestNode.Open(_files, _lineage);
        node.BeginReign();
        node.Commit("a", $"\"{new string('a', 300)}\"");
        node.TakeSnapshot();
        node.Commit("b", $"\"{new string('b', 10)}\"");
        var (before, used) = (_files.List(TestNode.Layout.Snapshots), _files.Disk.Files.Sum(path => _files.Disk.Content(path).LongLength));

        var room = 0;
        for (; room < 2000; room += 5)
        {
            _files.Disk.Capacity = used + room;
            var failure = Record.Exception(() => node.TakeSnapshot());
            if (failure is null) break;
            Assert.Equal(FullDisk.NoSpaceLeft, Assert.IsAssignableFrom<IOException>(failure).HResult);
            Assert.Equal(before, _files.List(TestNode.Layout.Snapshots));
            Assert.Equal(room, _files.FreeBytes(TestNode.Layout.Root));
            if (room == 0) node.Commit("c", "3"); // into a segment that has its blocks already
        }

        Assert.InRange(room, 500, 1500);
        Assert.Equal(_lineage.End, node.Database.Snapshots.NewestFirst[0].Position.Index);
        _files.Disk.Capacity = long.MaxValue;
        node.Commit("d", "4");
        _lineage.AssertHeldBy(node.Database);
        Assert.Equal(node.Database.State.Position, node.TakeSnapshot().Position);
    }

    [Fact]
    public void A9_A_bootstrap_that_a_full_disk_stops_goes_on_with_what_it_has_when_there_is_room_even_without_a_restart()
    {
        var script = new BootstrapScript();
        var (stopped, refused, wentOn) = (0, 0, 0);
        for (var room = 0; ; room += 40)
        {
            var files = new MemoryFileSystem();
            using var node = TestNode.Open(files, script.Lineage, withHistory: false);
            files.Disk.Capacity = files.Disk.Files.Sum(path => files.Disk.Content(path).LongLength) + room;
            var failure = Record.Exception(() => script.Offer.Install(node.Database, script.Lineage, script.LogBeside));
            if (failure is null) break;
            stopped++;
            files.Disk.Capacity = long.MaxValue;
            if (failure is InstallInterruptedException)
            {
                node.Dispose();
                using var again = TestNode.Open(files, script.Lineage, withHistory: false);
                again.Follow(script.Lineage.End);
                script.Lineage.AssertHeldBy(again.Database);
                continue;
            }
            Assert.True(failure is DiskFullException or IOException { HResult: FullDisk.NoSpaceLeft }, failure.ToString());
            if (failure is DiskFullException) refused++;
            using (var left = Bootstrap.Continue(node.Database, CancellationToken.None))
            {
                if (left?.Progress.Bytes > 0) wentOn++;
            }
            script.Offer.Install(node.Database, script.Lineage, script.LogBeside);
            node.Follow(script.Lineage.End);
            script.Lineage.AssertHeldBy(node.Database);
        }

        Assert.InRange(stopped, 50, 200);
        Assert.InRange(refused, 10, 100);
        Assert.InRange(wentOn, 5, stopped);
    }

    [Fact]
    public void A57_A_replaced_log_is_kept_although_somebody_took_older_ones_away()
    {
        var script = new ReplacementScript();
        var files = new MemoryFileSystem(script.Begin());
        files.CreateDirectory($"{TestNode.Layout.Lost}/log-0002", FileLabel.Layout);
        files.CreateDirectory($"{TestNode.Layout.Lost}/log-0001", FileLabel.Layout);
        files.DeleteDirectory($"{TestNode.Layout.Lost}/log-0001", FileLabel.Layout);

        script.Run(files, new Timeline(files));

        Assert.Equal(["log-0001", "log-0002"], files.List(TestNode.Layout.Lost));
    }
}
