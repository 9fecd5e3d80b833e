namespace Replication.Core.Tests.Database;

/// <summary>
/// Short lives of a data directory, and the power going off behind each of their file operations, in every way that
/// <see cref="PowerLoss.All"/> lists.
/// </summary>
public sealed class DirectoryCrashPointTests
{
    [Fact]
    public void A2_A_primary_comes_back_from_a_power_loss_behind_any_file_operation() =>
        AssertComesBack(new PrimaryScript(), 150, _ => Every);

    [Fact]
    public void A31_A_replica_comes_back_from_a_power_loss_behind_any_file_operation_of_its_bootstrap_with_all_or_nothing() =>
        AssertComesBack(new BootstrapScript(), 100, _ => Every);

    [Fact]
    public void A57_A_node_whose_log_is_replaced_comes_back_with_the_old_data_or_the_new_and_its_old_log_is_kept() =>
        AssertComesBack(new ReplacementScript(), 80, _ => Every);

    [Fact]
    public void A2_Each_of_them_comes_back_when_every_sector_and_every_name_has_a_fate_of_its_own()
    {
        AssertComesBack(new PrimaryScript(), 150, Drawn);
        AssertComesBack(new BootstrapScript(), 100, Drawn);
        AssertComesBack(new ReplacementScript(), 80, Drawn);
    }

    private static List<IPowerLoss> Every { get; } = [.. PowerLoss.All];

    private static List<IPowerLoss> Drawn(int operations) => [.. Enumerable.Range(10 * operations, 4).Select(seed => new RandomPowerLoss(seed))];

    private static void AssertComesBack(DirectoryScript script, int atLeast, Func<int, List<IPowerLoss>> losses)
    {
        var files = new MemoryFileSystem(script.Begin());
        var timeline = new Timeline(files);
        script.Run(files, timeline);
        var journal = files.Journal;

        var (points, found, disk) = (0, 0, script.Begin());
        for (var operations = 0; operations <= journal.Count; operations++)
        {
            if (operations > 0) disk.Apply(journal[operations - 1]);
            if (operations > 0 && !journal[operations - 1].Changes) continue;
            points++;
            foreach (var (number, loss) in losses(operations).Index())
            {
                var left = new MemoryFileSystem(disk.AfterPowerLoss(loss));
                if (script.Check(left, timeline.At(operations), $"{operations} operations ({journal.ElementAtOrDefault(operations - 1)}), {loss} ({number})")) found++;
            }
        }
        Assert.InRange(points, atLeast, journal.Count + 1);
        Assert.InRange(found, atLeast * losses(0).Count * 3 / 4, int.MaxValue);
    }
}
