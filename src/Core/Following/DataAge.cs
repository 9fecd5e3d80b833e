namespace Replication.Core.Following;

/// <summary>
/// How old the data that a replica shows may be: the time since the last moment of which it knows that it had applied
/// everything its upstream had committed then. Counted on the replica's own clock by the stamps that come back, so that
/// neither clocks nor a silent link can make it look younger. For one thread at a time.
/// </summary>
public sealed class DataAge(TimeSpan now)
{
    private TimeSpan _fresh = now;
    private (TimeSpan Moment, long CommitIndex)? _target;

    /// <summary>
    /// The upstream said at some time not before <paramref name="moment"/> that its commit index was
    /// <paramref name="commitIndex"/>, and that its own data was <paramref name="upstreamAge"/> old.
    /// </summary>
    public void Heard(TimeSpan moment, long commitIndex, TimeSpan upstreamAge, long applied)
    {
        _target ??= (moment - upstreamAge, commitIndex);
        if (applied >= commitIndex) (_target, _fresh) = (null, Max(_fresh, moment - upstreamAge));
    }

    /// <summary>Readers see everything up to an index.</summary>
    public void Applied(long index)
    {
        if (_target is not { } target || index < target.CommitIndex) return;
        _fresh = Max(_fresh, target.Moment);
        _target = null;
    }

    /// <summary>The age at a moment.</summary>
    public TimeSpan At(TimeSpan now) => now - _fresh;

    private static TimeSpan Max(TimeSpan left, TimeSpan right) => left > right ? left : right;
}
