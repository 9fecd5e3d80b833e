using System.Collections.Concurrent;

namespace Replication.ProcessKit.Proxying;

/// <summary>Breaks links, again and again, in every way that a proxy knows: which and how follows from a seed.</summary>
/// <param name="proxies">The links.</param>
/// <param name="seed">Of what happens.</param>
/// <param name="flipsBits">Whether bits are turned, too: only on links whose messages carry checks.</param>
public sealed class LinkFaults(IReadOnlyList<FaultProxy> proxies, int seed, bool flipsBits)
{
    private const int MostBytesBefore = 200_000;
    private const int LongestGapBetweenFlips = 100_000;
    private const int SlowBytesPerSecond = 64 * 1024;
    private static readonly TimeSpan LongestDelay = TimeSpan.FromMilliseconds(80);
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(2);

    private readonly Random _random = new(seed);
    private readonly ConcurrentDictionary<string, int> _happened = new(StringComparer.Ordinal);

    /// <summary>What was done how often, for people.</summary>
    public IReadOnlyDictionary<string, int> Happened => _happened;

    /// <summary>Goes on until it is cancelled; then every link is whole.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        using var pause = new PeriodicTimer(Shortest);
        while (!stop.IsCancellationRequested)
        {
            var mend = Break(proxies[_random.Next(proxies.Count)]);
            await PassAsync(pause, stop);
            mend();
            await PassAsync(pause, stop);
        }
    }

    private async Task PassAsync(PeriodicTimer pause, CancellationToken stop)
    {
        pause.Period = Between(Shortest, Longest);
        try
        {
            await pause.WaitForNextTickAsync(stop);
        }
        catch (OperationCanceledException)
        {
            // It is over, and what is broken is mended next.
        }
    }

    // Returns what makes it whole again.
    private Action Break(FaultProxy proxy)
    {
        switch (_random.Next(flipsBits ? 10 : 9))
        {
            case 0: return Do("cut", proxy.Link.Cut, proxy.Link.Restore);
            case 1: return Do("stall", proxy.Link.Stall, proxy.Link.Resume);
            case 2: return Do("stall to the target", proxy.Link.ToTarget.Stall, proxy.Link.Resume);
            case 3: return Do("stall from the target", proxy.Link.FromTarget.Stall, proxy.Link.Resume);
            case 4:
                var delay = LongestDelay * _random.NextDouble();
                return Do("delay", () => proxy.Link.Delay(delay), () => proxy.Link.Delay(TimeSpan.Zero));
            case 5: return Plan(proxy, "slow", static _ => new DirectionPlan { BytesPerSecond = SlowBytesPerSecond });
            case 6: return Plan(proxy, "cut at a byte", at => new DirectionPlan { CutAt = at });
            case 7: return Plan(proxy, "end at a byte", at => new DirectionPlan { EndAt = at });
            case 8: return Plan(proxy, "reset one end at a byte", at => new DirectionPlan { ResetReceiverAt = at });
            default: return Plan(proxy, "turned bits", static at => new DirectionPlan { Flips = ByteFlip.Seeded((int)at, LongestGapBetweenFlips) });
        }
    }

    // Connections are made anew, because a plan holds from the first byte; each draws its own number.
    private Action Plan(FaultProxy proxy, string name, Func<long, DirectionPlan> planOf)
    {
        var (draw, isThere) = (new Random(_random.Next()), _random.Next(2) == 0);
        return Do(
            name,
            () =>
            {
                proxy.PlanNext(_ =>
                {
                    var plan = planOf((long)Math.Exp(draw.NextDouble() * Math.Log(MostBytesBefore)));
                    return isThere ? new ConnectionPlan(plan, DirectionPlan.Nothing) : new ConnectionPlan(DirectionPlan.Nothing, plan);
                });
                proxy.ResetConnections();
            },
            proxy.Heal);
    }

    private Action Do(string name, Action fault, Action mend)
    {
        fault();
        _happened.AddOrUpdate(name, 1, static (_, count) => count + 1);
        return mend;
    }

    private TimeSpan Between(TimeSpan least, TimeSpan most) => least + ((most - least) * _random.NextDouble());
}
