namespace Replication.Core.Following;

/// <summary>How far a node's memory can be believed.</summary>
public enum DigestStanding
{
    /// <summary>It agrees with every digest that was met.</summary>
    Sound,
    /// <summary>A digest did not agree: nothing is shown until the node's own files have been replayed.</summary>
    Doubted,
    /// <summary>The node's own files do not agree either: it shows what agreed last, and applies nothing more.</summary>
    Holding,
}

/// <summary>What was found about a logged digest.</summary>
public enum DigestFinding
{
    /// <summary>Memory does not agree with it.</summary>
    MemoryDisagrees,
    /// <summary>The node's own snapshot and log agree with every digest in them.</summary>
    FilesAgree,
    /// <summary>The node's own snapshot and log do not agree with it.</summary>
    FilesDisagree,
}

/// <summary>What a node does about it.</summary>
public enum DigestMove
{
    /// <summary>Show nothing, and replay its own snapshot and log.</summary>
    Replay,
    /// <summary>Show what they made, and go on.</summary>
    Show,
    /// <summary>Show what agreed last, and apply nothing more.</summary>
    Hold,
    /// <summary>Do not write: the process ends or does not start.</summary>
    Refuse,
}

/// <summary>
/// What a node makes of a digest that does not agree. Its own files decide whether its memory was wrong; if they do not
/// agree either, the primary's memory may be the bad one, and no rule may replace one by the other: that is an operator's
/// decision. Nothing leads out of holding but a new start.
/// </summary>
public static class DigestVerdict
{
    /// <summary>The standing and the move that follow from a finding.</summary>
    /// <param name="standing">Until now.</param>
    /// <param name="finding">What was found.</param>
    /// <param name="writes">Whether the node is, or is to become, the one that writes.</param>
    public static (DigestStanding Standing, DigestMove Move) Of(DigestStanding standing, DigestFinding finding, bool writes) => (standing, finding) switch
    {
        (DigestStanding.Holding, _) => (DigestStanding.Holding, writes ? DigestMove.Refuse : DigestMove.Hold),
        (_, DigestFinding.FilesAgree) => (DigestStanding.Sound, DigestMove.Show),
        (_, DigestFinding.FilesDisagree) => (DigestStanding.Holding, writes ? DigestMove.Refuse : DigestMove.Hold),
        (_, _) => (DigestStanding.Doubted, writes ? DigestMove.Refuse : DigestMove.Replay),
    };
}
