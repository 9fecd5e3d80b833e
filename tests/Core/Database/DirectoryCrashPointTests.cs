namespace Replication.Core.Tests.Database;

/// <summary>
/// Short lives of a data directory, and the power going off behind each of their file operations, in every way that
/// <see cref="PowerLoss.All"/> lists.
/// </summary>
public sealed class DirectoryCrashPointTests
{
    [Fact]
    public void A2_A_primary_comes_back_from_a_power_loss_behind_any_file_operation() =>
        AssertComesBack(new PrimaryScript(), 150, PowerLoss.All);

    [Fact]
    public void A31_A_replica_comes_back_from_a_power_loss_behind_any_file_operation_of_its_bootstrap_with_all_or_nothing() =>
        AssertComesBack(new BootstrapScript(), 100, PowerLoss.All);

    [Fact]
    public void A57_A_node_whose_log_is_replaced_comes_back_with_the_old_data_or_the_new_and_its_old_log_is_kept() =>
        AssertComesBack(new ReplacementScript(), 80, PowerLoss.All);

    private static void AssertComesBack(DirectoryScript script, int atLeast, IEnumerable<PowerLoss> losses)
    {
        var files = new MemoryFileSystem(script.Begin());
        var timeline = new Timeline(files);
        script.Run(files, timeline);
        var journal = files.Journal;

        var (found, disk) = (0, script.Begin());
        for (var operations = 0; operations <= journal.Count; operations++)
        {
            if (operations > 0) disk.Apply(journal[operations - 1]);
            if (operations > 0 && !journal[operations - 1].Changes) continue;
            foreach (var loss in losses)
            {
                var left = new MemoryFileSystem(disk.AfterPowerLoss(loss));
                if (script.Check(left, timeline.At(operations), $"{operations} operations ({journal.ElementAtOrDefault(operations - 1)}), {loss}")) found++;
            }
        }
        Assert.InRange(found, atLeast * losses.Count(), int.MaxValue);
    }
}
