using System.Globalization;
using Replication.ProcessKit;

namespace Replication.Faults.Processes;

public sealed class KillAtEveryStepTests : IAsyncLifetime
{
    // How often a step is passed before the kill: another number in the long form.
    private static readonly int Times = int.Parse(Environment.GetEnvironmentVariable("STEP_TIMES") ?? "1", CultureInfo.InvariantCulture);

    private readonly FaultedPair _pair = new(seed: 2);

    public Task InitializeAsync() => _pair.StartAsync();

    public async Task DisposeAsync() => await _pair.DisposeAsync();

    [Fact]
    public async Task A2_A_primary_killed_at_every_step_comes_back_with_everything_that_was_answered()
    {
        await KillAtAsync(_pair.Primary, Steps.OfPrimary, static _ => false);
    }

    [Fact]
    public async Task A2_A_replica_killed_at_every_step_of_bootstrap_append_and_apply_comes_back_as_it_was()
    {
        await KillAtAsync(_pair.Replica, Steps.OfReplica, static step => step.StartsWith("Bootstrap/", StringComparison.Ordinal) || step.StartsWith("Layout/", StringComparison.Ordinal));
    }

    private async Task KillAtAsync(NodeProcess node, IReadOnlyList<string> steps, Func<string, bool> isOfNewNode)
    {
        var seen = _pair.File("seen");
        foreach (var step in steps)
        {
            foreach (var moment in (string[])["begins", "ended"])
            {
                if (!node.HasEnded) await node.KillAsync();
                if (isOfNewNode(step) && Directory.Exists(node.Data)) Directory.Delete(node.Data, recursive: true);
                node.Variables = Hooks.Signal(step, moment, Times, Hooks.SigKill, seen);
                node.Start();
                await _pair.MeetAsync(node, step);
                await node.WaitForKillAsync();
            }
        }
        node.Variables = Hooks.Listening(seen);
        await node.StartReadyAsync();
        await _pair.CheckAsync();
        var lines = await System.IO.File.ReadAllLinesAsync(seen);
        var others = string.Join(' ', lines.Select(line => line[..line.LastIndexOf('/')]).Distinct(StringComparer.Ordinal).Except(steps, StringComparer.Ordinal).Order(StringComparer.Ordinal));
        Assert.True(others.Length == 0, $"Steps that the node takes and is not killed at: {others}");
    }
}
