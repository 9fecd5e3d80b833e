using System.Diagnostics.Metrics;
using Replication.Core.Following;

namespace Replication.Node.Reporting.Metrics;

/// <summary>
/// The node's status as instruments of a meter named <see cref="Name"/>, for whatever listens: the node's own
/// <c>/metrics</c>, an OTLP exporter, dotnet-counters. Nothing is counted twice and the hot path does nothing for it:
/// every instrument is observed when somebody collects.
/// </summary>
internal sealed class NodeMeter : IDisposable
{
    /// <summary>The meter's name, for exporters to listen to.</summary>
    public const string Name = "Replication";

    private readonly ReplicationNode _node;
    private readonly StatusReporter _reporter;
    private readonly AsyncLocal<NodeStatus?> _collected = new();

    public NodeMeter(ReplicationNode node, StatusReporter reporter)
    {
        _node = node;
        _reporter = reporter;
        Meter = new Meter(new MeterOptions(Name) { Tags = [new("node", node.Name)], Scope = this });
    }

    public Meter Meter { get; }

    /// <summary>Publishes the instruments: once, when the node has begun.</summary>
    public void Begin()
    {
        foreach (var metric in StatusMetrics.All) metric.AddTo(Meter, Current);
    }

    public void Dispose() => Meter.Dispose();

    /// <summary>Lets every instrument that is observed meanwhile speak of one status, so that they agree.</summary>
    public void Collect(NodeStatus status, Action observe)
    {
        _collected.Value = status;
        try
        {
            observe();
        }
        finally
        {
            _collected.Value = null;
        }
    }

    // Null while there is nothing to observe.
    private NodeStatus? Current() => _collected.Value ?? (_node.IsStarted ? _reporter.Report() : null);
}
