using System.Collections.Immutable;
using Replication.Core.Log;

namespace Replication.Simulation.Tests.Plans;

/// <summary>
/// What one run is like: everything that a seed decides before it begins, so that the shrinker can take parts away
/// without changing the rest.
/// </summary>
internal sealed record SimulationPlan
{
    public required ulong Seed { get; init; }

    /// <summary>For each replica, whom it follows: 0 is the primary, i the i-th replica.</summary>
    public required ImmutableArray<int> Upstreams { get; init; }

    /// <summary>For each replica, whom it follows while that one cannot be followed, in this order: other nodes, those that follow it included.</summary>
    public required ImmutableArray<ImmutableArray<int>> Fallbacks { get; init; }

    /// <summary>Clients that write.</summary>
    public required int Writers { get; init; }

    /// <summary>How long everything may fail.</summary>
    public required TimeSpan SafetyPhase { get; init; }

    /// <summary>How long a healed cluster may take to be whole.</summary>
    public TimeSpan LivenessLimit { get; init; } = TimeSpan.FromMinutes(3);

    /// <summary>What may go wrong.</summary>
    public required ImmutableSortedSet<FaultClass> Faults { get; init; }

    /// <summary>On average between two faults.</summary>
    public required TimeSpan BetweenFaults { get; init; }

    /// <summary>On average between two transactions of a writer.</summary>
    public required TimeSpan BetweenWrites { get; init; }

    public required int SegmentBytes { get; init; }

    public required int RetainBytes { get; init; }

    /// <summary>Of the newest log in memory: in half of the runs every session reads from the disk.</summary>
    public required int RecentBytes { get; init; }

    public required int ChunkBytes { get; init; }

    public required int MessageBytes { get; init; }

    public required int DigestInterval { get; init; }

    /// <summary>Records that one step in the building of an index covers at most.</summary>
    public required int IndexStep { get; init; }

    /// <summary>So few in half of the runs that most are forgotten when they are asked for again.</summary>
    public required int RequestsRemembered { get; init; }

    /// <summary>On average between two snapshots of a node.</summary>
    public required TimeSpan BetweenSnapshots { get; init; }

    /// <summary>The plan of a seed.</summary>
    public static SimulationPlan Of(ulong seed)
    {
        var random = RandomOf(seed, "plan");
        var memory = RandomOf(seed, "memory"); // Came later: what the seeds before it drew stays as it was.
        var upstreams = ImmutableArray.CreateBuilder<int>();
        for (var i = random.Next(2, 6); i > 0; i--) upstreams.Add(random.Next(3) == 0 ? random.Next(upstreams.Count + 1) : 0);
        return new SimulationPlan
        {
            Seed = seed,
            Upstreams = upstreams.ToImmutable(),
            Fallbacks = FallbacksOf(upstreams, RandomOf(seed, "fallbacks")),
            Writers = random.Next(1, 5),
            SafetyPhase = TimeSpan.FromSeconds(random.Next(10, 40)),
            Faults = [.. Enum.GetValues<FaultClass>().Where(fault => (fault == FaultClass.MemoryChanged ? memory : random).Next(2) == 0)],
            BetweenFaults = TimeSpan.FromMilliseconds(random.Next(200, 3000)),
            BetweenWrites = TimeSpan.FromMilliseconds(random.Next(10, 80)),
            SegmentBytes = random.Next(4, 33) * 1024,
            RetainBytes = random.Next(0, 65) * 1024,
            RecentBytes = RandomOf(seed, "recent").Next(2) * RecentFrames.BlockBytes,
            ChunkBytes = random.Next(1, 9) * 128,
            MessageBytes = random.Next(1, 9) * 512,
            DigestInterval = random.Next(10, 200),
            IndexStep = RandomOf(seed, "index-step").Next(1, 8),
            RequestsRemembered = RandomOf(seed, "requests").Next(2) == 0 ? RandomOf(seed, "few-requests").Next(4, 60) : RandomOf(seed, "many-requests").Next(100, 3000),
            BetweenSnapshots = TimeSpan.FromSeconds(random.Next(3, 20)),
        };
    }

    /// <summary>Random numbers of one component: what one draws does not move what another gets.</summary>
    public Random RandomOf(string component) => RandomOf(Seed, component);

    // None in every second run. Each replica can reach the primary in some way, because the preferred ones make a tree.
    private static ImmutableArray<ImmutableArray<int>> FallbacksOf(ImmutableArray<int>.Builder upstreams, Random random)
    {
        var areAny = random.Next(2) == 0;
        return
        [
            .. upstreams.Select((upstream, i) => Enumerable.Range(0, upstreams.Count + 1)
                .Where(other => other != upstream && other != i + 1 && areAny && random.Next(2) == 0)
                .OrderBy(_ => random.Next()).ToImmutableArray()),
        ];
    }

    private static Random RandomOf(ulong seed, string component)
    {
        // FNV-1a, because the framework's hashes of strings differ from process to process.
        var hash = seed ^ 0xcbf2_9ce4_8422_2325;
        foreach (var letter in component) hash = unchecked((hash ^ letter) * 0x0000_0100_0000_01b3);
        return new Random((int)(hash ^ (hash >> 32)));
    }
}
