using System.Globalization;

namespace Replication.Core.Following;

/// <summary>What a replica has to keep to be ready for traffic: caught up within a lag, and in contact.</summary>
/// <param name="Lag">Its data is at most this old.</param>
/// <param name="Silence">Its upstream was heard of within this time, on a session that is open.</param>
public readonly record struct ReadyLimits(TimeSpan Lag, TimeSpan Silence)
{
    /// <summary>Null when a node is ready for traffic; otherwise why not, as a sentence.</summary>
    public string? NotReadyReason(NodeFacts facts) => facts.Phase switch
    {
        NodePhase.Starting => "The node is starting.",
        NodePhase.Stopping => "The node is stopping.",
        _ when facts.Hold is { } hold => $"{hold.Finding} {hold.Advice}",
        _ when facts.IsWithheld => "The node shows nothing for now: its data is being checked or replaced.",
        _ when !facts.IsReignOpen => "The reign's first entry is not committed yet.",
        _ => facts.Upstream is { } upstream ? NotReadyReason(facts.State, upstream) : null,
    };

    // An age within the limit needs an upstream that was heard of within it. Contact is a limit of its own because a
    // replica may be allowed to show old data, and still not be one that nobody updates any more.
    private string? NotReadyReason(string state, UpstreamStatus upstream)
    {
        if (upstream.BootstrapTotalBytes > 0) return Text($"The replica is {state}: it has fetched {upstream.BootstrapBytes} of {upstream.BootstrapTotalBytes} bytes.");
        if (!upstream.Connected) return Text($"The replica is {state}: no session with {upstream.Address} is open.");
        if (upstream.LastContactMillis > Silence.TotalMilliseconds)
            return Text($"Nothing was heard from {upstream.Address} for {Seconds(upstream.LastContactMillis):F1} s; at most {Silence.TotalSeconds} s are accepted.");
        if (upstream.AgeMillis is not { } age) return "It is not known yet how old the data here is.";
        return age > Lag.TotalMilliseconds ? Text($"The data here is {Seconds(age):F1} s old; at most {Lag.TotalSeconds} s are accepted.") : null;
    }

    private static double Seconds(long millis) => TimeSpan.FromMilliseconds(millis).TotalSeconds;

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
