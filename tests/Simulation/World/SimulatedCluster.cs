using Replication.Core.Following;
using Replication.Core.Indexes;
using Replication.Kit;
using Replication.Kit.Network;
using Replication.Kit.Checks;
using Replication.Simulation.Tests.Clients;
using Replication.Simulation.Tests.Faults;
using Replication.Simulation.Tests.Nodes;
using Replication.Simulation.Tests.Plans;

namespace Replication.Simulation.Tests.World;

/// <summary>
/// A whole cluster on one thread: the production state machines on simulated disks, networks and time, clients that
/// write and read, faults, and the checks. The same plan gives the same run.
/// </summary>
internal sealed class SimulatedCluster
{
    private static readonly TimeSpan UsualDiskDelay = TimeSpan.FromMilliseconds(3);
    private static readonly TimeSpan SlowDiskDelay = TimeSpan.FromMilliseconds(800);

    private readonly Random _random;
    private readonly Dictionary<SimulatedNode, TimeSpan> _slowUntil = [];
    private readonly List<SimulatedNode> _nodes = [];
    private readonly Dictionary<ulong, (TimeSpan First, TimeSpan Last)> _followed = [];
    private bool _isHealed;

    public SimulatedCluster(SimulationPlan plan)
    {
        Plan = plan;
        History = new History(plan.RequestsRemembered);
        _random = plan.RandomOf("world");
        Trace = new Trace(() => Events.Now);
        Network = new SimulatedNetwork(Events, plan.RandomOf("network"));
        _nodes.Add(new SimulatedNode(this, "primary", isPrimary: true));
        foreach (var _ in plan.Upstreams) _nodes.Add(new SimulatedNode(this, $"replica-{_nodes.Count}", isPrimary: false));
        for (var i = 0; i < plan.Upstreams.Length; i++) _nodes[i + 1].Upstreams = [_nodes[plan.Upstreams[i]], .. plan.Fallbacks[i].Select(other => _nodes[other])];
        Faults = new FaultInjector(this);
    }

    public SimulationPlan Plan { get; }

    public EventQueue Events { get; } = new();

    public SimulatedNetwork Network { get; }

    public Trace Trace { get; }

    public History History { get; }

    public FaultInjector Faults { get; }

    /// <summary>The primary first.</summary>
    public IReadOnlyList<SimulatedNode> Nodes => _nodes;

    public SimulatedNode Primary => _nodes[0];

    /// <summary>Chunks that were fetched.</summary>
    public long ChunksStored { get; set; }

    /// <summary>Chunks that a bootstrap found from an attempt before it.</summary>
    public long ChunksFound { get; set; }

    /// <summary>Snapshots that replicas began from.</summary>
    public long Installs { get; private set; }

    /// <summary>Sessions that went on where they had been.</summary>
    public long Resumes { get; private set; }

    /// <summary>Replicas that were kept from following one that follows them.</summary>
    public long Loops { get; private set; }

    /// <summary>Runs it to its end.</summary>
    public SimulationResult Run()
    {
        ViolationException? violation = null;
        try
        {
            foreach (var node in _nodes) node.StartAfter(TimeSpan.FromMilliseconds(_random.Next(1000)));
            for (var i = 0; i < Plan.Writers; i++) new Writer(this, i).Begin();
            new IndexedWriter(this).Begin();
            new Reader(this).Begin();
            Faults.Begin();
            Events.RunUntil(Plan.SafetyPhase, () => false);
            Heal();
            Events.RunUntil(Plan.SafetyPhase + Plan.LivenessLimit, IsWhole);
            CheckEnd();
        }
        catch (ViolationException broken)
        {
            violation = broken;
        }
        catch (Exception failure)
        {
            violation = new ViolationException("the product does not fail by itself", failure.ToString());
        }
        return new SimulationResult(Plan, violation, Events.Now, Events.Happened, Trace, Faults.Counts, History.Counts)
        {
            ChunksStored = ChunksStored,
            ChunksFound = ChunksFound,
            Installs = Installs,
            Resumes = Resumes,
            Loops = Loops,
        };
    }

    public TimeSpan MaxDiskDelay(SimulatedNode node) => _slowUntil.GetValueOrDefault(node) > Events.Now ? SlowDiskDelay : UsualDiskDelay;

    public void SlowDisk(SimulatedNode node, TimeSpan time) => _slowUntil[node] = Events.Now + time;

    public static TimeSpan RestartPause(Random random) => TimeSpan.FromMilliseconds(100 + random.Next(3000));

    public TimeSpan Exponential(TimeSpan mean, Random? random = null) => TimeSpan.FromTicks(1 + (long)(-Math.Log(1 - (random ?? _random).NextDouble()) * mean.Ticks));

    /// <summary>A node answered a Hello.</summary>
    public void Answered(SimulatedNode node, Hello hello, FollowAnswer answer)
    {
        if (answer is FollowAnswer.Resume) Resumes++;
        if (answer is FollowAnswer.NeedSnapshot) CheckRetention(node, hello);
        if (answer is FollowAnswer.Diverged diverged) throw new ViolationException("replicas never part from a primary that lost nothing", $"{node.Name} to {hello.NodeName}: {diverged.Fork}");
        if (answer is FollowAnswer.Refused { Reason: RefusalReason.Loop })
        {
            if (Plan.Fallbacks.All(others => others.IsEmpty)) throw new ViolationException("nobody is refused without a reason", $"{node.Name} to {hello.NodeName}: there can be no loop");
            Loops++;
            return;
        }
        if (answer is FollowAnswer.Refused { Reason: not (RefusalReason.NotReady or RefusalReason.Clone or RefusalReason.Behind) } refused && !_nodes.Any(other => other.Damage.IsAny))
            throw new ViolationException("nobody is refused without a reason", $"{node.Name} to {hello.NodeName}: {refused.Message}");
    }

    /// <summary>A replica acknowledged on a session.</summary>
    public void Followed(SimulatedNode upstream, ulong nodeId)
    {
        if (!upstream.IsPrimary) return;
        var first = _followed.TryGetValue(nodeId, out var known) ? known.First : Events.Now;
        _followed[nodeId] = (first, Events.Now);
    }

    // The log is kept for a replica that followed long enough to be registered and is well within its budget.
    private void CheckRetention(SimulatedNode node, Hello hello)
    {
        if (!node.IsPrimary || hello.Durable.Index == 0 || node.Damage.IsAny || Plan.Faults.Contains(FaultClass.DiskFull)) return;
        if (!_followed.TryGetValue(hello.NodeId, out var followed) || followed.Last - followed.First < TimeSpan.FromSeconds(8) || Events.Now - followed.Last > TimeSpan.FromSeconds(15)) return;
        History.Counts.Retained++;
        if (History.BytesBehind(hello.Durable.Index) < Plan.RetainBytes / 4)
            throw new ViolationException("the log is kept for replicas within their budget", $"{hello.NodeName} at {hello.Durable.Index} of {History.Durable}");
    }

    /// <summary>A replica began from a snapshot.</summary>
    public void Installed(SimulatedNode node) => Installs++;

    /// <summary>A Hello of a replica comes to its upstream once more, over a connection that nobody reads.</summary>
    public void SendAgain(SimulatedNode replica, byte[] hello) => Network.Connect(replica.Name, replica.Upstream!.Name, SimulatedServing.FollowService, endpoint =>
    {
        if (endpoint is null) return;
        var stream = new MessageStream(endpoint, _ => { }, () => { });
        stream.Send(hello);
        Events.After(TimeSpan.FromSeconds(_random.Next(1, 8)), stream.Close);
    });

    private void Heal()
    {
        Trace.Add("cluster", "is healed");
        Faults.End();
        _slowUntil.Clear();
        _isHealed = true;
        // What changed in memory and was not overwritten is found by a scrub only, and ended by a restart.
        foreach (var node in _nodes.Where(node => node.IsMemoryChanged)) node.Die(powerLost: false, "its memory had changed");
        foreach (var node in _nodes.Where(node => node.Process is null)) node.StartAfter(TimeSpan.Zero);
    }

    // Writers write on for a while after the healing; then everybody has to come to the same end.
    private bool IsWhole() => _isHealed && Events.Now > Plan.SafetyPhase + TimeSpan.FromSeconds(5) && Unequal() is null;

    private string? Unequal()
    {
        if (Primary.Process is not { IsOpen: true } primary) return "the primary does not run";
        if (primary.Database.State.Index != History.Durable) return $"the primary shows {primary.Database.State.Index} of {History.Durable}";
        foreach (var node in _nodes.Skip(1))
        {
            if (node.Process is not { IsOpen: true } process) return $"{node.Name} does not run";
            if (process.Database.State.Index != History.Durable) return $"{node.Name} shows {process.Database.State.Index} of {History.Durable}";
            if (!IsTrue(process.Path)) return $"{node.Name} gets its data over {process.Path}";
            if (process.Database.Log is not { } lease || lease.Log.Durable.Index != History.Durable) return $"{node.Name} has not synced everything";
        }
        return Unbuilt(primary) ?? Untold(primary);
    }

    private static string? Unbuilt(NodeProcess primary) =>
        primary.Database.State.Collections.Values.SelectMany(collection => collection.Indexes).FirstOrDefault(index => index.State.Phase == IndexPhase.Building) is { } index
            ? $"index {index.Name} is still being built"
            : null;

    // The primary has been told of every node, whom it follows and how far it is, and believes in no other one.
    private string? Untold(NodeProcess primary)
    {
        var below = primary.Serving.Below();
        // A node that lost its disk came back as another one; the former one has to be gone.
        if (below.Length > _nodes.Count - 1) return $"the primary knows of {string.Join(", ", below.Select(node => node.NodeName))}";
        foreach (var node in _nodes.Skip(1))
        {
            if (below.FirstOrDefault(known => known.NodeId == IdOf(node)) is not { } known) return $"the primary does not know of {node.Name}";
            if (known.UpstreamId != IdOf(node.Upstream) || known.Durable != History.Durable || known.Applied != History.Durable)
                return $"the primary believes that {node.Name} follows {known.UpstreamId:x} and is at {known.Applied}";
        }
        return null;
    }

    // Each node is followed by the one before it, and the last one is the primary: there is no loop and no island.
    private bool IsTrue(UpstreamPath path)
    {
        for (var i = 0; i + 1 < path.Nodes.Length; i++)
            if (_nodes.FirstOrDefault(node => IdOf(node) == path.Nodes[i]) is not { } follower || IdOf(follower.Upstream) != path.Nodes[i + 1])
                return false;
        return path.IsFromPrimary && path.Nodes[^1] == IdOf(Primary);
    }

    private static ulong? IdOf(SimulatedNode? node) => node?.Process is { IsOpen: true } process ? process.Database.Identity.NodeId : null;

    private void CheckEnd()
    {
        if (Unequal() is { } unequal) throw new ViolationException("a healed cluster becomes whole", $"after {Plan.LivenessLimit.TotalMinutes} minutes {unequal}");
        foreach (var node in _nodes) History.CheckContent(node.Name, node.Process!.Database.State);
        if (_nodes.Select(node => node.Process!.Database.State.Digest).Distinct().Count() != 1) throw new ViolationException("equal digests at equal positions", "at the end");
        History.CheckCalls();
        if (History.Counts.Committed == 0) throw new ViolationException("a healed cluster takes writes", "nothing was ever committed");
    }
}
