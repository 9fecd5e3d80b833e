using System.Diagnostics.Metrics;
using Replication.Core.Following;

namespace Replication.Node.Reporting.Metrics;

/// <summary>One instrument: its name and what it reads off a status.</summary>
/// <param name="Name">With dots; Prometheus gets underscores, and the unit behind.</param>
/// <param name="Unit"><c>s</c>, <c>By</c>, or <c>{things}</c> that are counted.</param>
/// <param name="IsCounter">Whether it only ever grows while the process runs.</param>
/// <param name="Description">One sentence.</param>
/// <param name="Observe">Its values; none while it does not apply.</param>
internal sealed record StatusMetric(string Name, string Unit, bool IsCounter, string Description, Func<NodeStatus, IEnumerable<Measurement<double>>> Observe)
{
    /// <summary>Makes the instrument.</summary>
    /// <param name="meter">Whose it will be.</param>
    /// <param name="status">The status to observe; null while there is none.</param>
    public void AddTo(Meter meter, Func<NodeStatus?> status)
    {
        if (IsCounter) meter.CreateObservableCounter(Name, () => Values(status()), Unit, Description);
        else meter.CreateObservableGauge(Name, () => Values(status()), Unit, Description);
    }

    /// <summary>A value without labels.</summary>
    public static StatusMetric Gauge(string name, string unit, string description, Func<NodeStatus, double?> value) =>
        new(name, unit, false, description, status => value(status) is { } one ? [new Measurement<double>(one)] : []);

    /// <summary>A value of a replica.</summary>
    public static StatusMetric Upstream(string name, string unit, string description, Func<UpstreamStatus, double?> value) =>
        Gauge(name, unit, description, status => status.Upstream is { } upstream ? value(upstream) : null);

    /// <summary>A value for each follower.</summary>
    public static StatusMetric Follower(string name, string unit, string description, Func<FollowerStatus, double> value) =>
        new(name, unit, false, description, status => FollowerLabels.Shown(status).Select(follower => new Measurement<double>(value(follower), FollowerLabels.Of(follower))));

    /// <summary>A value for each node further below.</summary>
    public static StatusMetric Downstream(string name, string unit, string description, Func<DownstreamStatus, double> value) =>
        new(name, unit, false, description, status => FollowerLabels.Below(status).Select(node => new Measurement<double>(value(node), FollowerLabels.Of(node))));

    /// <summary>A count since the process started.</summary>
    public static StatusMetric Counter(string name, string unit, string description, Func<NodeCounters, long> value) =>
        new(name, unit, true, description, status => [new Measurement<double>(value(status.Counters))]);

    private IEnumerable<Measurement<double>> Values(NodeStatus? status) => status is null ? [] : Observe(status);
}
