namespace Replication.Core.Tests.Database;

/// <summary>A primary from its first start on: two reigns, several segments, three snapshots, of which one is removed again.</summary>
internal sealed class PrimaryScript : DirectoryScript
{
    private readonly Lineage _lineage = new();

    public override void Run(MemoryFileSystem files, Timeline timeline)
    {
        using (var node = TestNode.Open(files, _lineage, timeline.Answered))
        {
            timeline.Answered(0);
            node.BeginReign();
            node.Commit("a", Text('a', 20));
            node.Commit(new Changes(("b", Text('b', 200)), ("c", Text('c', 100))), new Changes(("a", Text('A', 300))));
            node.Commit("d", Text('d', 400));
            node.LogDigest();
            TakeSnapshot(node);
            node.Commit("b", null);
            node.Commit("big", Text('x', 1400));
            TakeSnapshot(node);
            node.Commit("e", Text('e', 500));
            node.Commit("f", Text('f', 500));
            TakeSnapshot(node);
            node.Commit("g", "7");
            node.Close();
        }
        using (var node = TestNode.Open(files, _lineage, timeline.Answered))
        {
            node.BeginReign();
            node.Commit("big", null);
            node.Commit("h", Text('h', 600));
            node.Commit("i", Text('i', 300));
        }
    }

    protected override void GoOn(MemoryFileSystem files, Milestone milestone)
    {
        Lineage branch;
        using (var node = TestNode.Open(files, _lineage))
        {
            Assert.InRange(node.Database.State.Index, milestone.Answered, _lineage.End);
            Assert.Empty(node.Database.Opening.Damaged);
            _lineage.AssertHeldBy(node.Database);
            branch = _lineage.UpTo(node.Database.State.Index);
        }
        using (var node = TestNode.Open(files, branch))
        {
            Assert.Equal(branch.End, node.Database.State.Index);
            Assert.Null(node.Database.Opening.TornTail);
            node.BeginReign();
            node.Commit("later", Text('z', 600));
            node.TakeSnapshot();
            node.Commit("last", "1");
        }
        using var survivor = TestNode.Open(AfterHardPowerLoss(files), branch);
        Assert.Equal(branch.End, survivor.Database.State.Index);
        branch.AssertHeldBy(survivor.Database);
    }
}
