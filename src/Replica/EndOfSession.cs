using Replication.Protos.V1;

namespace Replication.Replica;

/// <summary>Why a session ended, in words for people.</summary>
internal static class EndOfSession
{
    public const string Closed = "the upstream closed the stream.";

    public const string Doubted = "this node's memory is doubted.";

    public static string Silent(TimeSpan time) => $"nothing came for {time.TotalSeconds} s.";

    public static string Misplaced(FollowResponse message) => $"a message came that does not belong there ({message.MessageCase}).";
}
