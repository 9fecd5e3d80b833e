using Replication.Core.Log;

namespace Replication.Core.Tests.Database;

/// <summary>
/// A node whose log has entries that the history went on without: a snapshot of the history and the log behind it take the
/// place of its data, its log is kept aside, and it follows.
/// </summary>
internal sealed class ReplacementScript : DirectoryScript
{
    private readonly Lineage _old = new();
    private readonly Lineage _history;
    private readonly MemoryDisk _before;
    private readonly Offer _offer;

    public ReplacementScript()
    {
        var files = new MemoryFileSystem();
        using (var node = TestNode.Open(files, _old))
        {
            node.BeginReign();
            node.Commit("a", Text('a', 200));
            node.Commit("b", Text('b', 300));
            node.TakeSnapshot();
        }
        var shared = files.AfterPowerLoss(PowerLoss.None);
        _history = _old.UpTo(_old.End);
        using (var node = TestNode.Open(files, _old))
        {
            node.BeginReign();
            node.Commit("lost", Text('l', 700));
            node.TakeSnapshot();
            node.Close();
        }
        _before = files.AfterPowerLoss(PowerLoss.None).Disk;
        using var primary = TestNode.Open(shared, _history);
        primary.BeginReign();
        primary.BeginReign();
        primary.Commit("c", Text('c', 700));
        primary.Commit("d", Text('d', 100));
        _offer = new Offer(primary.Database.History, primary.Database.State);
        primary.Commit("b", null);
        primary.Commit("e", Text('e', 500));
        primary.Commit("f", "6");
    }

    private long LogBeside => _offer.Manifest.Position.Index + 2;

    /// <summary>The disk that it begins with.</summary>
    public override MemoryDisk Begin() => _before.AfterPowerLoss(PowerLoss.None);

    public override void Run(MemoryFileSystem files, Timeline timeline)
    {
        timeline.Answered(_old.End);
        using (var node = TestNode.Open(files, _old))
        {
            timeline.ExchangeBegins();
            _offer.Install(node.Database, _history, LogBeside);
            timeline.Exchanged(LogBeside);
        }
        using (var node = TestNode.Open(files, _history, timeline.Exchanged)) node.Follow(_history.End);
    }

    protected override void GoOn(MemoryFileSystem files, Milestone milestone)
    {
        var exchanged = Look(files, milestone);
        Assert.Equal(exchanged, Look(files, milestone));
        using (var node = TestNode.Open(files, exchanged ? _history : _old))
        {
            if (!exchanged) _offer.Install(node.Database, _history, LogBeside);
        }
        using (var node = TestNode.Open(files, _history)) node.Follow(_history.End);
        var survived = AfterHardPowerLoss(files);
        using var survivor = TestNode.Open(survived, _history);
        Assert.Equal(_history.End, survivor.Database.State.Index);
        _history.AssertHeldBy(survivor.Database);
        AssertOldLogIsKept(survived);
    }

    // Either all of the old data or all of the new: never something between.
    private bool Look(MemoryFileSystem files, Milestone milestone)
    {
        using var node = TestNode.Open(files, _old);
        Assert.Empty(node.Database.Opening.Damaged);
        var exchanged = node.Database.Log!.Log.FirstIndex == _offer.Manifest.Position.Index + 1;
        Assert.True(exchanged || !milestone.ExchangeDone, "The exchange was undone.");
        Assert.True(!exchanged || milestone.ExchangeBegun, "The exchange was never begun.");
        (exchanged ? _history : _old).AssertHeldBy(node.Database);
        if (exchanged) Assert.InRange(node.Database.State.Index, milestone.ExchangeDone ? milestone.Answered : _offer.Manifest.Position.Index, _history.End);
        else Assert.Equal(_old.End, node.Database.State.Index);
        if (exchanged) AssertOldLogIsKept(files);
        return exchanged;
    }

    private void AssertOldLogIsKept(MemoryFileSystem files)
    {
        var kept = Assert.Single(files.List(TestNode.Layout.Lost), name => name.StartsWith("log-", StringComparison.Ordinal));
        var (tail, history, torn) = LogRecovery.Verify(files, Path.Combine(TestNode.Layout.Lost, kept));
        Assert.Equal((_old.End, _offer.Manifest.History, (TornTail?)null), (tail.Index, history, torn));
        Assert.Equal(FrameHeader.Read(_old.Frames[^1]).Crc, tail.Crc);
    }
}
