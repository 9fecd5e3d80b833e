using System.Text;
using Replication.Core.Payloads;
using Replication.Core.Transactions;

namespace Replication.Core.Reigns;

/// <summary>The payload of an epoch start: <c>EpochStartEntry</c> of log.proto.</summary>
/// <param name="ReignId">Random, never zero.</param>
/// <param name="NodeId">The primary.</param>
/// <param name="NodeName">Its name, for people.</param>
/// <param name="RequestsRemembered">
/// How many requests every node remembers from here on, 0 to <see cref="RequestMemory.MaxCapacity"/>; 0 in a log from before they were remembered.
/// </param>
public sealed record EpochStart(ulong ReignId, ulong NodeId, string NodeName, int RequestsRemembered = 0)
{
    private const int ReignField = 1;
    private const int NodeField = 2;
    private const int NameField = 3;
    private const int RequestsField = 4;

    /// <summary>Decodes a payload.</summary>
    /// <exception cref="MalformedPayloadException">It is none.</exception>
    public static EpochStart Read(ReadOnlySpan<byte> payload)
    {
        var (reign, node, name, requests) = (0UL, 0UL, string.Empty, 0UL);
        var reader = new PayloadReader(payload);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case ReignField: reign = reader.Number; break;
                case NodeField: node = reader.Number; break;
                case NameField: name = Encoding.UTF8.GetString(reader.Bytes); break;
                case RequestsField: requests = reader.Number; break;
            }
        }
        if (reign == 0) throw new MalformedPayloadException("an epoch start has no reign id");
        if (requests > RequestMemory.MaxCapacity) throw new MalformedPayloadException($"an epoch start wants {requests} requests remembered; at most {RequestMemory.MaxCapacity} can be");
        return new EpochStart(reign, node, name, (int)requests);
    }

    /// <summary>The payload.</summary>
    public byte[] ToArray()
    {
        var name = Encoding.UTF8.GetBytes(NodeName);
        var bytes = new byte[2 * (1 + sizeof(ulong)) + PayloadWriter.SizeOfBytes(name.Length) + PayloadWriter.SizeOfNumber((ulong)RequestsRemembered)];
        var writer = new PayloadWriter(bytes);
        writer.Fixed64(ReignField, ReignId);
        writer.Fixed64(NodeField, NodeId);
        writer.Bytes(NameField, name);
        writer.Number(RequestsField, (ulong)RequestsRemembered);
        return bytes[..writer.Written];
    }
}
