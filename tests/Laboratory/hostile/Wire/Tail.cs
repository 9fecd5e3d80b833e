using Google.Protobuf;
using Replication.Client;
using Replication.Protos.V1;
using Replication.Wire;
using CoreHello = Replication.Core.Following.Hello;

namespace Replication.Hostile.Tests.Wire;

/// <summary>Introductions that a node accepts, each under another invented identity.</summary>
internal sealed class Tail
{
    private readonly LocateResponse _start;
    private ulong _node = 1_000;

    private Tail(LocateResponse start) => _start = start;

    /// <summary>Introductions at the first entry of a node's log.</summary>
    public static async Task<Tail> AtBeginningAsync(ReplicationClient client) => new(await client.LocateAsync(1));

    /// <summary>One that goes on behind that entry.</summary>
    public FollowRequest Next(Hello.Types.Kind kind = Hello.Types.Kind.Tail, Action<Hello>? change = null)
    {
        var hello = new Hello
        {
            ProtocolVersion = (uint)CoreHello.CurrentProtocolVersion,
            LogFormatVersion = CoreHello.CurrentLogFormatVersion,
            HistoryId = _start.HistoryId,
            NodeId = ++_node,
            RunId = _node,
            StartCounter = 1,
            NodeName = "tail",
            Kind = kind,
            Durable = _start.Position,
            DurableCrc = _start.Crc,
        };
        hello.Epochs.AddRange(_start.Epochs);
        change?.Invoke(hello);
        return new FollowRequest { Hello = hello }.Sealed();
    }

    /// <summary>Its bytes.</summary>
    public byte[] NextBytes() => Next().ToByteArray();
}
