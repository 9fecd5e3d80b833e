using Replication.Core.Log;
using static Replication.Core.Log.RecoveryFinding;
using static Replication.Core.Log.RecoveryRow;

namespace Replication.Core.Tests.Log;

public sealed class RecoveryTableTests
{
    private const long Expected = 10;

    // finding, evidence of a sync up to: nothing, the entry before, this entry, an entry behind it; without | with a later segment
    private static readonly (RecoveryFinding Finding, RecoveryRow[] Last, RecoveryRow[] WithLater)[] Table =
    [
        (NextFrame, [TakeFrame, TakeFrame, TakeFrame, TakeFrame], [TakeFrame, TakeFrame, TakeFrame, TakeFrame]),
        (UnknownFrame, [RefuseUnknown, RefuseUnknown, RefuseUnknown, RefuseUnknown], [RefuseUnknown, RefuseUnknown, RefuseUnknown, RefuseUnknown]),
        (RecoveryFinding.Mark, [TakeMark, TakeMark, TakeMark, TakeMark], [TakeMark, TakeMark, TakeMark, TakeMark]),
        (Zeros, [End, End, RefuseDamage, RefuseDamage], [NextSegment, NextSegment, RefuseDamage, RefuseDamage]),
        (Other, [CutTornTail, CutTornTail, RefuseDamage, RefuseDamage], [RefuseDamage, RefuseDamage, RefuseDamage, RefuseDamage]),
    ];

    private static readonly long[] Evidence = [-1, Expected - 1, Expected, Expected + 1];

    [Fact]
    public void Every_finding_with_every_evidence_has_its_row()
    {
        foreach (var (finding, last, withLater) in Table)
        {
            for (var i = 0; i < Evidence.Length; i++)
            {
                Assert.Equal((finding, last[i]), (finding, RecoveryTable.Decide(finding, Expected, Evidence[i], laterSegment: false)));
                Assert.Equal((finding, withLater[i]), (finding, RecoveryTable.Decide(finding, Expected, Evidence[i], laterSegment: true)));
            }
        }
    }

    [Fact]
    public void The_table_of_this_test_leaves_nothing_out()
    {
        var findings = Table.Select(row => row.Finding);
        var rows = Table.SelectMany(row => row.Last.Concat(row.WithLater)).Distinct();

        Assert.Equal(Enum.GetValues<RecoveryFinding>(), findings);
        Assert.Equal(Enum.GetValues<RecoveryRow>().Order(), rows.Order());
    }

    [Fact]
    public void What_is_no_finding_is_refused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => RecoveryTable.Decide((RecoveryFinding)99, Expected, 0, laterSegment: false));
}
