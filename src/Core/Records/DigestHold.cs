using Replication.Core.Positions;

namespace Replication.Core.Records;

/// <summary>
/// Where a node stopped: its own snapshot and log do not make the data that the log says the primary had. One of the two
/// is wrong, and which one is for an operator to decide, so that nothing behind <paramref name="Agreed"/> is shown.
/// </summary>
/// <param name="Position">Of the digest that does not agree.</param>
/// <param name="Logged">What the primary wrote there.</param>
/// <param name="Own">What this node's own files make of the entries before it.</param>
/// <param name="Agreed">Of the last digest that agrees; of the snapshot, or the beginning, when none stands before it.</param>
public sealed record DigestHold(LogPosition Position, StateDigestEntry Logged, StateDigestEntry Own, LogPosition Agreed)
{
    /// <summary>What was found, as a sentence.</summary>
    public string Finding =>
        $"At {Position} the log says digest {Logged.Digest} over {Logged.Records} records, this node's own snapshot and log make {Own.Digest} over {Own.Records}.";

    /// <summary>What a replica does and what an operator can do.</summary>
    public string Advice =>
        $"It holds at {Agreed}, where they agree, and applies nothing more. Find out whether the primary or this node is wrong ('replctl digest' on the others); then start this one from an empty directory, or keep what it has.";
}
