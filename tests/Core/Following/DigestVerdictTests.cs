using Replication.Core.Following;
using static Replication.Core.Following.DigestFinding;
using static Replication.Core.Following.DigestMove;
using static Replication.Core.Following.DigestStanding;

namespace Replication.Core.Tests.Following;

public sealed class DigestVerdictTests
{
    // Every row of the table; the test below sees that none is missing.
    private static readonly (DigestStanding From, DigestFinding Finding, bool Writes, DigestStanding To, DigestMove Move)[] Table =
    [
        (Sound, MemoryDisagrees, false, Doubted, Replay),
        (Sound, FilesAgree, false, Sound, Show),
        (Sound, FilesDisagree, false, Holding, Hold),
        (Doubted, MemoryDisagrees, false, Doubted, Replay),
        (Doubted, FilesAgree, false, Sound, Show),
        (Doubted, FilesDisagree, false, Holding, Hold),
        (Holding, MemoryDisagrees, false, Holding, Hold),
        (Holding, FilesAgree, false, Holding, Hold),
        (Holding, FilesDisagree, false, Holding, Hold),
        (Sound, MemoryDisagrees, true, Doubted, Refuse),
        (Sound, FilesAgree, true, Sound, Show),
        (Sound, FilesDisagree, true, Holding, Refuse),
        (Doubted, MemoryDisagrees, true, Doubted, Refuse),
        (Doubted, FilesAgree, true, Sound, Show),
        (Doubted, FilesDisagree, true, Holding, Refuse),
        (Holding, MemoryDisagrees, true, Holding, Refuse),
        (Holding, FilesAgree, true, Holding, Refuse),
        (Holding, FilesDisagree, true, Holding, Refuse),
    ];

    [Fact]
    public void Each_finding_has_its_move_in_each_standing()
    {
        foreach (var row in Table) Assert.Equal((row.To, row.Move), DigestVerdict.Of(row.From, row.Finding, row.Writes));
        Assert.Equal(
            Enum.GetValues<DigestStanding>().Length * Enum.GetValues<DigestFinding>().Length * 2,
            Table.Select(row => (row.From, row.Finding, row.Writes)).Distinct().Count());
    }

    [Fact]
    public void Nothing_leads_out_of_holding_and_who_writes_never_goes_on_after_a_mismatch()
    {
        Assert.All(Table.Where(row => row.From == Holding), row => Assert.Equal(Holding, row.To));
        Assert.All(Table.Where(row => row.Writes && row.Move != Refuse), row => Assert.Equal(FilesAgree, row.Finding));
    }
}
