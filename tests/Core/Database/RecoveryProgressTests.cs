using Replication.Core.Database;

namespace Replication.Core.Tests.Database;

/// <summary>What is told of a recovery while it goes on.</summary>
public sealed class RecoveryProgressTests
{
    [Theory]
    [InlineData(RecoveryStep.Checking, 0, 0, null, "the log is being checked")]
    [InlineData(RecoveryStep.Snapshot, 43, 100, 11.2, "43 % of the snapshot, 12 s left")]
    [InlineData(RecoveryStep.Snapshot, 43, 100, null, "43 % of the snapshot")]
    [InlineData(RecoveryStep.Log, 5, 20, 0.0, "25 % of 20 entries of the log, 0 s left")]
    [InlineData(RecoveryStep.Log, 0, 0, null, "100 % of 0 entries of the log")]
    public void It_is_told_what_is_done_and_for_how_long_it_will_go_on(RecoveryStep step, long done, long total, double? secondsLeft, string text) =>
        Assert.Equal(text, new RecoveryPoint(step, done, total).Describe(secondsLeft is { } seconds ? TimeSpan.FromSeconds(seconds) : null));

    [Fact]
    public void An_amount_belongs_to_its_step()
    {
        var progress = new RecoveryProgress();
        Assert.Equal(new RecoveryPoint(RecoveryStep.Checking, 0, 0), progress.Now);

        progress.Begin(RecoveryStep.Snapshot, 100);
        progress.Reach(60);
        Assert.Equal(new RecoveryPoint(RecoveryStep.Snapshot, 60, 100), progress.Now);

        progress.Begin(RecoveryStep.Log, 7);
        Assert.Equal(new RecoveryPoint(RecoveryStep.Log, 0, 7), progress.Now);
    }
}
