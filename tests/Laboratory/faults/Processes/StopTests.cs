using Replication.ProcessKit;
using Replication.Testing;

namespace Replication.Faults.Processes;

/// <summary>Nodes that stand still at a step, as on a machine that swaps or is moved: the others go on, and nothing is lost when they wake.</summary>
public sealed class StopTests : IAsyncLifetime
{
    private readonly FaultedPair _pair = new(seed: 3);

    public Task InitializeAsync() => _pair.StartAsync();

    public async Task DisposeAsync() => await _pair.DisposeAsync();

    [Theory]
    [InlineData("Append/Sync", "begins")]
    [InlineData("Append/Sync", "ended")]
    [InlineData("State/Show", "begins")]
    [InlineData("SegmentRoll/Rename", "begins")]
    [InlineData("SnapshotWrite/Rename", "begins")]
    public async Task A2_A_primary_stopped_at_a_step_answers_nothing_wrong_and_its_replica_goes_on_serving(string step, string moment)
    {
        await RestartAsync(_pair.Primary, step, moment);
        await _pair.MeetAsync(_pair.Primary, step);

        await using var reader = _pair.Replica.NewClient();
        var shown = (await reader.DigestAsync()).Position;
        await Eventually.HoldsAsync("the replica serves", async () => (await reader.DigestAsync()).Position.Index >= shown.Index);
        Assert.True(_pair.Primary.IsStopped);

        _pair.Primary.Resume();
        await _pair.Load.GetsOnAsync();
        await _pair.CheckAsync();
    }

    [Theory]
    [InlineData("Append/Write", "ended")]
    [InlineData("Append/Sync", "begins")]
    [InlineData("State/Show", "begins")]
    [InlineData("SegmentRoll/SyncDirectory", "ended")]
    [InlineData("SnapshotWrite/Sync", "begins")]
    public async Task A2_A_replica_stopped_at_a_step_holds_nobody_up_and_follows_again(string step, string moment)
    {
        await RestartAsync(_pair.Replica, step, moment);
        await _pair.MeetAsync(_pair.Replica, step);

        await _pair.Load.GetsOnAsync(300);
        Assert.True(_pair.Replica.IsStopped);

        _pair.Replica.Resume();
        await _pair.CheckAsync();
    }

    [Fact]
    public async Task A19_A_second_process_on_a_data_directory_is_refused_while_the_first_lives_even_if_it_stands_still()
    {
        await using var second = new NodeProcess("primary", _pair.Primary.Data);
        foreach (var isStopped in (bool[])[false, true])
        {
            if (isStopped) _pair.Primary.Pause();
            second.Start();
            Assert.Equal(78, await second.WaitForExitAsync());
            Assert.Contains("in use by another process", second.Output, StringComparison.Ordinal);
        }
        _pair.Primary.Resume();
        await _pair.Load.GetsOnAsync();

        // The lock ends with its process, and only with it.
        await _pair.Primary.KillAsync();
        await second.StartReadyAsync();
        Assert.Equal(0, await second.StopAsync());
        await _pair.Primary.StartReadyAsync();
        await _pair.CheckAsync();
    }

    private async Task RestartAsync(NodeProcess node, string step, string moment)
    {
        await _pair.Load.GetsOnAsync();
        Assert.Equal(0, await node.StopAsync());
        // Some steps into its life, so that it stands still in the middle of its work.
        node.Variables = Hooks.Signal(step, moment, step.StartsWith("Append/", StringComparison.Ordinal) || step.StartsWith("State/", StringComparison.Ordinal) ? 50 : 1, Hooks.SigStop, _pair.File("seen"));
        node.Start();
    }
}
