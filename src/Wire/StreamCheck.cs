using Google.Protobuf;
using Replication.Core.Following;
using Replication.Core.Log;
using Replication.Protos.V1;

namespace Replication.Wire;

/// <summary>
/// The check of each message on a follow stream. A connection without TLS is protected by 16 bits of TCP alone; frames
/// have a crc of their own, but a changed commit index or acknowledgement would be believed.
/// </summary>
public static class StreamCheck
{
    /// <summary>Sets the check.</summary>
    public static FollowRequest Sealed(this FollowRequest message)
    {
        message.Check = Compute(message);
        return message;
    }

    /// <summary>Sets the check.</summary>
    public static FollowResponse Sealed(this FollowResponse message)
    {
        message.Check = Compute(message);
        return message;
    }

    /// <summary>Whether the message is as it was sent.</summary>
    public static bool IsWhole(this FollowRequest message) => message.Check == Compute(message);

    /// <summary>Whether the message is as it was sent; of frames, all but their data.</summary>
    /// <exception cref="StreamDamagedException">It is not.</exception>
    public static void ThrowIfChanged(this FollowResponse message, long expectedIndex)
    {
        if (message.Check != Compute(message)) throw new StreamDamagedException(expectedIndex, "a message came with changed bytes");
    }

    private static uint Compute(FollowRequest message)
    {
        var check = message.Check;
        message.Check = 0;
        var bytes = message.ToByteArray();
        message.Check = check;
        return Crc32C.Compute(bytes);
    }

    private static uint Compute(FollowResponse message)
    {
        var (check, data) = (message.Check, message.Frames?.Data);
        message.Check = 0;
        if (data is not null) message.Frames!.Data = ByteString.Empty;
        var bytes = message.ToByteArray();
        message.Check = check;
        if (data is not null) message.Frames!.Data = data;
        return Crc32C.Compute(bytes);
    }
}
