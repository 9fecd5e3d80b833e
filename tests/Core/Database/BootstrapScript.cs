using Replication.Core.Bootstrapping;

namespace Replication.Core.Tests.Database;

/// <summary>
/// A replica that begins with nothing: fetches a snapshot with a restart in the middle while the log streams in behind it,
/// installs both, follows, takes a snapshot of its own, restarts, follows on.
/// </summary>
internal sealed class BootstrapScript : DirectoryScript
{
    private readonly Lineage _lineage = new();
    private readonly Offer _offer;

    public BootstrapScript()
    {
        using var primary = TestNode.Open(new MemoryFileSystem(), _lineage);
        primary.BeginReign();
        primary.Commit("a", Text('a', 700));
        primary.Commit("b", Text('b', 900));
        primary.Commit("c", Text('c', 300));
        _offer = new Offer(primary.Database.History, primary.Database.State);
        primary.Commit("b", null);
        primary.Commit("d", Text('d', 500));
        primary.LogDigest();
        primary.Commit("e", Text('e', 400));
        primary.Commit("f", Text('f', 600));
    }

    /// <summary>The log that came while the chunks were fetched ends with this entry.</summary>
    public long LogBeside => _offer.Manifest.Position.Index + 3;

    /// <summary>What the primary decided.</summary>
    public Lineage Lineage => _lineage;

    /// <summary>The snapshot that the primary offers.</summary>
    public Offer Offer => _offer;

    public override void Run(MemoryFileSystem files, Timeline timeline)
    {
        using (var node = TestNode.Open(files, _lineage, withHistory: false))
        {
            timeline.Answered(0);
            using var bootstrap = Bootstrap.Begin(node.Database, _offer.Manifest);
            Offer.Stream(bootstrap, _lineage, _offer.Manifest.Position.Index + 1);
            _offer.Fetch(bootstrap, most: 2);
        }
        using (var node = TestNode.Open(files, _lineage, timeline.Answered, withHistory: false))
        {
            _offer.Install(node.Database, _lineage, LogBeside);
            timeline.Answered(LogBeside);
            node.Follow(_lineage.End - 1);
            TakeSnapshot(node);
            node.Close();
        }
        using (var node = TestNode.Open(files, _lineage, timeline.Answered, withHistory: false)) node.Follow(_lineage.End);
    }

    protected override void GoOn(MemoryFileSystem files, Milestone milestone)
    {
        using (var node = TestNode.Open(files, _lineage, withHistory: false)) AssertAtLeast(node, milestone.Answered);
        using (var node = TestNode.Open(files, _lineage, withHistory: false))
        {
            AssertAtLeast(node, milestone.Answered);
            if (node.Database.Log is null) _offer.Install(node.Database, _lineage, LogBeside);
            node.Follow(_lineage.End);
            node.TakeSnapshot();
        }
        using var survivor = TestNode.Open(AfterHardPowerLoss(files), _lineage, withHistory: false);
        AssertAtLeast(survivor, _lineage.End);
    }

    // All or nothing: without the whole snapshot there is no history and nothing to read.
    private void AssertAtLeast(TestNode node, long answered)
    {
        Assert.InRange(node.Database.State.Index, answered, _lineage.End);
        Assert.Empty(node.Database.Opening.Damaged);
        _lineage.AssertHeldBy(node.Database);
        if (node.Database.Log is null) Assert.Equal(0, node.Database.State.Index);
        else Assert.InRange(node.Database.State.Index, _offer.Manifest.Position.Index, _lineage.End);
    }
}
