using Contract = Replication.Protos.V1;

namespace Replication.Client;

/// <summary>What state an answer shows.</summary>
/// <param name="Position">Everything up to here, and nothing behind it, is in the answer.</param>
/// <param name="Age">Since the node knew that it had everything committed; zero on the primary.</param>
public readonly record struct ReadStamp(LogPosition Position, TimeSpan Age)
{
    internal static ReadStamp From(Contract.ReadStamp? stamp) =>
        stamp is null ? default : new(LogPosition.From(stamp.Position), TimeSpan.FromMilliseconds(stamp.AgeMillis));
}
