namespace Replication.Core.Tests.Database;

/// <summary>
/// Fails the first file operation of a short life of a data directory, then the second, and so on, until none is left to
/// fail. The error comes out, nothing that was answered is lost, and the next start needs nobody.
/// </summary>
public sealed class DirectoryIoErrorTests
{
    public static TheoryData<bool, bool> Faults() => new() { { false, false }, { true, false }, { true, true } };

    [Theory]
    [MemberData(nameof(Faults))]
    public void A12_A_primary_survives_any_failed_operation_of_commits_snapshots_and_restarts(bool leavesHalf, bool lasts) =>
        AssertSurvives(() => new PrimaryScript(), leavesHalf, lasts, atLeast: 150);

    [Theory]
    [MemberData(nameof(Faults))]
    public void A12_A_replica_survives_any_failed_operation_of_its_bootstrap(bool leavesHalf, bool lasts) =>
        AssertSurvives(() => new BootstrapScript(), leavesHalf, lasts, atLeast: 120);

    [Theory]
    [MemberData(nameof(Faults))]
    public void A12_A_node_survives_any_failed_operation_while_its_log_is_replaced(bool leavesHalf, bool lasts) =>
        AssertSurvives(() => new ReplacementScript(), leavesHalf, lasts, atLeast: 90);

    private static void AssertSurvives(Func<DirectoryScript> begin, bool leavesHalf, bool lasts, int atLeast)
    {
        for (var number = 1; ; number++)
        {
            var script = begin();
            var fault = new FileFault(number) { LeavesHalf = leavesHalf, Lasts = lasts };
            var files = new MemoryFileSystem(script.Begin()) { Fault = fault };
            var timeline = new Timeline(files);
            var failure = Record.Exception(() => script.Run(files, timeline)) ?? script.SnapshotFailure;
            if (!fault.Fired)
            {
                Assert.Null(failure);
                Assert.InRange(number - 1, atLeast, 1000);
                return;
            }
            Assert.True(failure is IOException or Core.Bootstrapping.InstallInterruptedException && failure.ToString().Contains("Injected", StringComparison.Ordinal), $"Fault {number} ended in {failure}");
            files.Fault = null;
            foreach (var loss in DirectoryScript.FewLosses) script.Check(files.AfterPowerLoss(loss), timeline.Last, $"fault {number}, {failure.Message}, {loss}");
        }
    }
}
