using Replication.ProcessKit;
using Replication.Testing;

namespace Replication.Faults.Processes;

public sealed class RandomKillTests : IAsyncLifetime
{
    private const int Kills = 50;

    private readonly FaultedPair _pair = new(seed: 1);
    private readonly Random _random = new(1);

    public Task InitializeAsync() => _pair.StartAsync();

    public async Task DisposeAsync() => await _pair.DisposeAsync();

    [Fact]
    public async Task A1_A_primary_killed_fifty_times_at_random_under_load_keeps_what_was_answered_and_invents_nothing()
    {
        for (var kill = 0; kill < Kills; kill++)
        {
            await _pair.Load.GetsOnAsync(_random.Next(1, 100));
            // Another instant of the next commit each time.
            await PassAsync(TimeSpan.FromMicroseconds(_random.Next(5_000)));
            await _pair.Primary.KillAsync();
            await _pair.Primary.StartReadyAsync();
        }
        await using (var client = _pair.Primary.NewClient()) Assert.Equal(Kills + 1u, (await client.DigestAsync()).Position.Epoch);
        await _pair.CheckAsync();
    }

    [Fact]
    public async Task A2_A_primary_and_a_replica_stopped_and_killed_at_random_at_the_same_time_stay_whole()
    {
        for (var round = 0; round < 12; round++)
        {
            await _pair.Load.GetsOnAsync(_random.Next(20, 100));
            var (first, second) = round % 2 == 0 ? (_pair.Primary, _pair.Replica) : (_pair.Replica, _pair.Primary);
            first.Pause();
            await Eventually.HoldsAsync("it stands still", () => first.IsStopped, NodeProcess.Patience);
            await second.KillAsync();
            // A stopped process dies, too, and holds its lock until then.
            if (_random.Next(2) == 0) await first.KillAsync();
            else first.Resume();
            if (first.HasEnded) first.Start();
            second.Start();
            await Task.WhenAll(first.WaitReadyAsync(), second.WaitReadyAsync());
        }
        await _pair.CheckAsync();
    }

    private static async Task PassAsync(TimeSpan time)
    {
        using var timer = new PeriodicTimer(time < TimeSpan.FromMilliseconds(1) ? TimeSpan.FromMilliseconds(1) : time);
        await timer.WaitForNextTickAsync();
    }
}
