using System.Text;
using Replication.Core.Payloads;

namespace Replication.Core.Reigns;

/// <summary>The payload of an epoch start: <c>EpochStartEntry</c> of log.proto.</summary>
/// <param name="ReignId">Random, never zero.</param>
/// <param name="NodeId">The primary.</param>
/// <param name="NodeName">Its name, for people.</param>
public sealed record EpochStart(ulong ReignId, ulong NodeId, string NodeName)
{
    private const int ReignField = 1;
    private const int NodeField = 2;
    private const int NameField = 3;

    /// <summary>Decodes a payload.</summary>
    /// <exception cref="MalformedPayloadException">It is none.</exception>
    public static EpochStart Read(ReadOnlySpan<byte> payload)
    {
        var (reign, node, name) = (0UL, 0UL, string.Empty);
        var reader = new PayloadReader(payload);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case ReignField: reign = reader.Number; break;
                case NodeField: node = reader.Number; break;
                case NameField: name = Encoding.UTF8.GetString(reader.Bytes); break;
            }
        }
        if (reign == 0) throw new MalformedPayloadException("an epoch start has no reign id");
        return new EpochStart(reign, node, name);
    }

    /// <summary>The payload.</summary>
    public byte[] ToArray()
    {
        var name = Encoding.UTF8.GetBytes(NodeName);
        var bytes = new byte[2 * (1 + sizeof(ulong)) + PayloadWriter.SizeOfBytes(name.Length)];
        var writer = new PayloadWriter(bytes);
        writer.Fixed64(ReignField, ReignId);
        writer.Fixed64(NodeField, NodeId);
        writer.Bytes(NameField, name);
        return bytes[..writer.Written];
    }
}
