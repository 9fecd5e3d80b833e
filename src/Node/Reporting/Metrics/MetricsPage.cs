using System.Diagnostics.Metrics;
using Replication.Core.Following;

namespace Replication.Node.Reporting.Metrics;

/// <summary>What <c>/metrics</c> answers: the instruments of this node's meter, all of one status.</summary>
internal sealed class MetricsPage(NodeMeter meter)
{
    /// <summary>The metrics of a status, as Prometheus reads them.</summary>
    public string Render(NodeStatus status)
    {
        var text = new PrometheusText();
        using var listener = new MeterListener();
        // Other nodes of this process have meters of the same name.
        listener.InstrumentPublished = (instrument, published) =>
        {
            if (ReferenceEquals(instrument.Meter, meter.Meter)) published.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<double>((instrument, value, labels, _) => text.Add(instrument, value, labels));
        listener.Start();
        meter.Collect(status, listener.RecordObservableInstruments);
        return text.ToString();
    }
}
