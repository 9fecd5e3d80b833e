namespace Replication.Core.Following;

/// <summary>What to do with a new session of a node that may have one already.</summary>
public enum SessionDecision
{
    /// <summary>Take it; end the older session if there is one.</summary>
    Take,
    /// <summary>Two live processes claim to be this node: refuse both.</summary>
    RefuseBothAsClones,
}

/// <summary>Tells a node that came back from a copy of its directory.</summary>
public static class SessionRule
{
    /// <summary>The decision.</summary>
    /// <param name="live">The Hello of the session that is open; null when none is.</param>
    /// <param name="incoming">The Hello that came now.</param>
    public static SessionDecision Decide(Hello? live, Hello incoming)
    {
        if (live is null || live.RunId == incoming.RunId) return SessionDecision.Take;
        return incoming.StartCounter > live.StartCounter ? SessionDecision.Take : SessionDecision.RefuseBothAsClones;
    }
}
