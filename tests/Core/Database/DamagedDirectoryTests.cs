using Replication.Core.Database;
using Replication.Core.IO;
using Replication.Core.Log;

namespace Replication.Core.Tests.Database;

/// <summary>
/// A data directory with two snapshots and the log behind the older one, and something in it that is not as it was
/// written: the node starts with all of its data, or it says what is wrong and changes nothing. It never starts empty.
/// </summary>
public sealed class DamagedDirectoryTests
{
    private static readonly DataLayout Layout = TestNode.Layout;

    private readonly Lineage _lineage = new();
    private readonly MemoryFileSystem _files = new();

    public DamagedDirectoryTests()
    {
        using var node = TestNode.Open(_files, _lineage);
        node.BeginReign();
        node.Commit("a", "\"first\"");
        node.Commit("b", $"\"{new string('b', 700)}\"");
        node.Commit("c", $"\"{new string('c', 700)}\"");
        node.TakeSnapshot();
        node.Commit("d", "\"second\"");
        node.TakeSnapshot();
        node.Commit("e", "5");
        node.Commit("f", $"\"{new string('f', 700)}\"");
        node.Close();
        Assert.InRange(node.Database.Log!.Log.FirstIndex, 2, 6);
    }

    [Fact]
    public void A6_With_any_byte_of_the_newest_snapshot_changed_the_older_one_and_the_log_give_all_data()
    {
        foreach (var path in SnapshotFiles().TakeLast(2))
        {
            for (var offset = 0; offset < _files.Disk.Content(path).Length; offset++)
            {
                var files = _files.AfterPowerLoss(PowerLoss.None);
                files.Disk.FlipBit(path, offset, bit: 5);
                if (offset is >= 8 and < 12)
                {
                    Assert.Throws<UnsupportedFormatException>(() => TestNode.Open(files, _lineage));
                    continue;
                }
                using var node = TestNode.Open(files, _lineage);
                Assert.Equal(_lineage.End, node.Database.State.Index);
                _lineage.AssertHeldBy(node.Database);
                Assert.Contains(Path.GetFileNameWithoutExtension(path), Assert.Single(node.Database.Opening.Damaged).File, StringComparison.Ordinal);
                Assert.True(files.FileExists(path), "What is damaged stays, for people to look at.");
            }
        }
    }

    [Fact]
    public void A6_A_snapshot_found_damaged_is_offered_to_nobody_and_does_not_take_the_place_of_a_whole_one()
    {
        _files.Disk.FlipBit(SnapshotFiles()[^1], 30, bit: 0);
        using var node = TestNode.Open(_files, _lineage);
        var older = Assert.Single(node.Database.Snapshots.NewestFirst);
        node.BeginReign();

        var newer = node.TakeSnapshot();

        Assert.Equal([newer.Position, older.Position], node.Database.Snapshots.NewestFirst.Select(manifest => manifest.Position));
        Assert.InRange(node.Database.Log!.Log.FirstIndex, 1, older.Position.Index + 1);
    }

    [Fact]
    public void A6_With_both_snapshots_damaged_and_the_log_pruned_the_node_refuses_and_names_both()
    {
        var data = SnapshotFiles().Where(path => path.EndsWith(".snapshot", StringComparison.Ordinal)).ToList();
        foreach (var path in data) _files.Disk.FlipBit(path, 30, bit: 0);

        var refusal = Refused<DataDirectoryException>();

        Assert.All(data, path => Assert.Contains(path, refusal, StringComparison.Ordinal));
        Assert.Contains("Start from an empty directory as a replica, or restore a backup", refusal, StringComparison.Ordinal);
    }

    [Fact]
    public void A6_With_both_snapshots_damaged_and_the_whole_log_there_the_log_alone_gives_all_data()
    {
        var (files, lineage) = (new MemoryFileSystem(), new Lineage());
        using (var node = TestNode.Open(files, lineage))
        {
            node.BeginReign();
            node.Commit("a", "1");
            node.TakeSnapshot();
        }
        files = files.AfterPowerLoss(PowerLoss.None);
        files.Disk.FlipBit(files.Disk.Files.Single(path => path.EndsWith(".snapshot", StringComparison.Ordinal)), 30, bit: 0);

        using var again = TestNode.Open(files, lineage);

        Assert.Equal((lineage.End, 0L), (again.Database.State.Index, again.Database.Opening.SnapshotIndex));
        lineage.AssertHeldBy(again.Database);
    }

    public static TheoryData<string, string> Losses() => new()
    {
        { "manifests missing", "no whole snapshot reaches up to it (there is none)" },
        { "manifests empty", "it does not begin like a file of a snapshot" },
        { "manifests exchanged", "it is the manifest of a snapshot at" },
        { "data files missing", "Could not find" },
        { "data files empty", "it does not begin like a file of a snapshot" },
        { "snapshots missing", "snapshots is missing" },
        { "log missing", "log is missing" },
        { "segments missing", "holds no log although this node has data" },
        { "first segment missing", "no whole snapshot reaches up to it" },
        { "identity missing", "holds files but no node's data" },
        { "identity empty", "identity is damaged" },
        { "identity of another history", "belongs to history" },
    };

    [Theory]
    [MemberData(nameof(Losses))]
    public void A8_What_is_missing_empty_or_inconsistent_is_refused_with_one_clear_sentence(string loss, string reason)
    {
        Damage(loss);

        Assert.Contains(reason, Refused<DataDirectoryException>(), StringComparison.Ordinal);
    }

    private void Damage(string loss)
    {
        var (manifests, data) = (SnapshotFiles().Where(path => path.EndsWith(".manifest", StringComparison.Ordinal)).ToList(), SnapshotFiles().Where(path => path.EndsWith(".snapshot", StringComparison.Ordinal)).ToList());
        var segments = _files.List(Layout.Log).Select(name => Path.Combine(Layout.Log, name)).ToList();
        switch (loss)
        {
            case "manifests missing": Delete(manifests); break;
            case "manifests empty": manifests.ForEach(Empty); break;
            case "manifests exchanged":
                _files.Rename(manifests[0], "/other", FileLabel.Layout);
                _files.Rename(manifests[1], manifests[0], FileLabel.Layout);
                _files.Rename("/other", manifests[1], FileLabel.Layout);
                break;
            case "data files missing": Delete(data); break;
            case "data files empty": data.ForEach(Empty); break;
            case "snapshots missing": _files.DeleteDirectory(Layout.Snapshots, FileLabel.Layout); break;
            case "log missing": _files.DeleteDirectory(Layout.Log, FileLabel.Layout); break;
            case "segments missing": Delete(segments); break;
            case "first segment missing": Delete(segments.Take(1)); break;
            case "identity missing": Delete([Layout.Identity]); break;
            case "identity empty": Empty(Layout.Identity); break;
            default:
                var identity = NodeIdentity.FromBytes(_files.Disk.Content(Layout.Identity), "it") with { History = new Core.Positions.HistoryId(5) };
                Empty(Layout.Identity);
                using (var file = _files.Open(Layout.Identity, FileLabel.Layout)) file.Write(identity.ToBytes(), 0, FileLabel.Layout);
                break;
        }
    }

    private List<string> SnapshotFiles() => [.. _files.List(Layout.Snapshots).Select(name => Path.Combine(Layout.Snapshots, name))];

    private void Delete(IEnumerable<string> paths)
    {
        foreach (var path in paths) _files.Delete(path, FileLabel.Layout);
    }

    private void Empty(string path)
    {
        _files.Delete(path, FileLabel.Layout);
        _files.Create(path, FileLabel.Layout).Dispose();
    }

    private string Refused<T>()
        where T : IOException
    {
        var before = Contents();
        var refusal = Assert.Throws<T>(() => TestNode.Open(_files, _lineage));
        Assert.Equal(refusal.Message, Assert.Throws<T>(() => TestNode.Open(_files, _lineage)).Message);
        Assert.Equal(before, Contents());
        return refusal.Message;
    }

    private List<(string, string)> Contents() => [.. _files.Disk.Files.Select(path => (path, Convert.ToHexString(_files.Disk.Content(path))))];
}
