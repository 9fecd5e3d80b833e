using System.Security.Cryptography;

namespace Replication.Core.Tests.Database;

/// <summary>
/// A crash, then kills inside the recovery from it, inside the recovery from that, and inside the next one: at every
/// operation, with and without the power going off. Disks that are equal are followed once.
/// </summary>
public sealed class RecoveryKillTests
{
    private const int Kills = 3;

    [Fact]
    public void A15_Three_kills_in_a_row_inside_the_recovery_of_a_primary_change_nothing_about_what_is_recovered() =>
        AssertRecovers(new PrimaryScript(), FileAction.Write, new PowerLoss(UnsyncedWrites.EvenSectors, UnsyncedNames.OddOnes), crashes: 8);

    [Fact]
    public void A15_Three_kills_in_a_row_inside_an_installation_change_nothing_about_what_is_recovered() =>
        AssertRecovers(new ReplacementScript(), FileAction.Rename, PowerLoss.None, crashes: 4);

    private static void AssertRecovers(DirectoryScript script, FileAction last, PowerLoss loss, int crashes)
    {
        var files = new MemoryFileSystem(script.Begin());
        var timeline = new Timeline(files);
        script.Run(files, timeline);
        var places = Enumerable.Range(1, files.Operations).Where(count => files.Journal[count - 1].Action == last && timeline.At(count).Answered >= 0).ToList();

        var checkedDisks = 0;
        for (var i = 0; i < crashes; i++)
        {
            var operations = places[i * places.Count / crashes];
            var disk = Crashed(script, files.Journal.Take(operations)).AfterPowerLoss(loss);
            var disks = new Dictionary<string, MemoryDisk> { [Facts(disk)] = disk };
            for (var kill = 0; kill < Kills; kill++) disks = Killed(disks.Values);
            foreach (var left in disks.Values) script.Check(new MemoryFileSystem(left), timeline.At(operations), $"{operations} operations ({files.Journal[operations - 1]}) and {Kills} kills");
            checkedDisks += disks.Count;
        }
        Assert.InRange(checkedDisks, 20 * crashes, int.MaxValue);
    }

    // Every disk that a kill inside the recovery from one of these can leave.
    private static Dictionary<string, MemoryDisk> Killed(IEnumerable<MemoryDisk> disks)
    {
        var left = new Dictionary<string, MemoryDisk>(StringComparer.Ordinal);
        foreach (var disk in disks)
        {
            var files = new MemoryFileSystem(disk.AfterPowerLoss(PowerLoss.None));
            TestNode.Open(files, new Lineage()).Dispose();
            var again = disk.AfterPowerLoss(PowerLoss.None);
            foreach (var operation in files.Journal)
            {
                again.Apply(operation);
                if (!operation.Changes) continue;
                foreach (var loss in DirectoryScript.FewLosses)
                {
                    var found = again.AfterPowerLoss(loss);
                    left.TryAdd(Facts(found), found);
                }
            }
        }
        return left;
    }

    private static MemoryDisk Crashed(DirectoryScript script, IEnumerable<FileOperation> journal)
    {
        var disk = script.Begin();
        foreach (var operation in journal) disk.Apply(operation);
        return disk;
    }

    private static string Facts(MemoryDisk disk) =>
        string.Join('\n', disk.Files.Select(path => $"{path} {Convert.ToHexString(SHA256.HashData(disk.Content(path)))}"));
}
