namespace Replication.Core.Following;

/// <summary>
/// Which of its upstreams a replica tries next, and how long it waits before. The first one is preferred: a new round begins
/// with it, and so does the search after a session; but a session is never ended for its sake. Pure; for one thread.
/// </summary>
public sealed class UpstreamChoice
{
    /// <summary>Upstreams that a replica may have.</summary>
    public const int MaxUpstreams = 16;

    private const double LeastJitter = 0.5;

    private readonly TimeSpan _pause;
    private readonly TimeSpan _longestPause;
    private readonly int[] _order;
    private int _tried;
    private TimeSpan _nextRoundPause;

    /// <summary>Begins with the first upstream.</summary>
    /// <param name="upstreams">How many there are; 1 to <see cref="MaxUpstreams"/>.</param>
    /// <param name="pause">Between two of a list, and behind a list of which all have failed once; then it doubles with each round.</param>
    /// <param name="longestPause">It does not grow beyond this.</param>
    public UpstreamChoice(int upstreams, TimeSpan pause, TimeSpan longestPause)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(upstreams, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(upstreams, MaxUpstreams);
        _pause = pause;
        _longestPause = longestPause;
        _order = new int[upstreams];
        Reached();
        BeginRound();
    }

    /// <summary>Which one to try now, or which one is followed: its place in the list, from 0.</summary>
    public int Current => _order[_tried];

    /// <summary>The current one did not let itself be followed, for whatever reason: the others may.</summary>
    /// <param name="jitter">Random, from 0 to below 1, so that many replicas do not come back at once.</param>
    /// <returns>The pause before the next attempt.</returns>
    public TimeSpan Failed(double jitter)
    {
        if (++_tried < _order.Length) return Jittered(_pause, jitter);
        BeginRound();
        var pause = _nextRoundPause;
        _nextRoundPause = pause * 2 < _longestPause ? pause * 2 : _longestPause;
        return Jittered(pause, jitter);
    }

    /// <summary>The current one was followed, or gave a snapshot: if it fails now, the pauses begin small again.</summary>
    public void Reached() => _nextRoundPause = _pause;

    /// <summary>A session with the current one ended. The first one is next.</summary>
    /// <param name="fellSilent">Nothing more came although the connection was open: that one comes last, because it may keep whoever tries it waiting.</param>
    public void Ended(bool fellSilent)
    {
        var last = Current;
        Reached();
        BeginRound();
        if (!fellSilent) return;
        for (var i = last; i < _order.Length - 1; i++) _order[i] = _order[i + 1];
        _order[^1] = last;
    }

    private void BeginRound()
    {
        _tried = 0;
        for (var i = 0; i < _order.Length; i++) _order[i] = i;
    }

    private TimeSpan Jittered(TimeSpan pause, double jitter)
    {
        var jittered = pause * (LeastJitter + jitter);
        return jittered < _longestPause ? jittered : _longestPause;
    }
}
