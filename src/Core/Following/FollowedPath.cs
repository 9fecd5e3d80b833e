namespace Replication.Core.Following;

/// <summary>
/// What a replica makes of the paths that its upstream says: its own path, and whether it may go on to follow. One thread
/// follows; any may read <see cref="Current"/>.
/// </summary>
/// <param name="self">The replica's id.</param>
/// <param name="hasOthers">Whether there are other upstreams to try.</param>
public sealed class FollowedPath(ulong self, bool hasOthers)
{
    /// <summary>
    /// An upstream whose data has not come from a primary for so long is left when there are others to try: it may be waiting
    /// for this very node, or be cut off where others are not.
    /// </summary>
    public static readonly TimeSpan AdriftPatience = TimeSpan.FromSeconds(15);

    private readonly UpstreamPath _alone = UpstreamPath.OfNobodysFollower(self);
    private UpstreamPath _current = UpstreamPath.OfNobodysFollower(self);
    private TimeSpan? _adriftSince;

    /// <summary>This node's own path: of itself alone while it follows nobody.</summary>
    public UpstreamPath Current => Volatile.Read(ref _current);

    /// <summary>The upstream said its path.</summary>
    /// <param name="upstream">Null when it does not say.</param>
    /// <param name="now">On the replica's monotonic clock.</param>
    /// <returns>Null when it may be followed on; otherwise why not.</returns>
    public string? Take(UpstreamPath? upstream, TimeSpan now)
    {
        if (upstream is null) return null;
        if (upstream.ObjectionTo(self) is { } objection) return objection;
        var next = upstream.Below(self);
        if (!next.Equals(Current)) Volatile.Write(ref _current, next);
        _adriftSince = upstream.IsFromPrimary ? null : _adriftSince ?? now;
        return hasOthers && now - _adriftSince >= AdriftPatience
            ? $"The upstream has got nothing from a primary for {AdriftPatience.TotalSeconds} s. Others are tried; check how it, or the one above it, can reach the primary."
            : null;
    }

    /// <summary>The session is over.</summary>
    public void Leave()
    {
        Volatile.Write(ref _current, _alone);
        _adriftSince = null;
    }
}
