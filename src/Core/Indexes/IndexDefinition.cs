using System.Text;
using Replication.Core.Payloads;
using Replication.Core.Records;

namespace Replication.Core.Indexes;

/// <summary>What an index of a collection is: <c>IndexEntry</c> of log.proto.</summary>
/// <param name="Name"><c>[a-z0-9_-]{1,64}</c>, unique within its collection.</param>
/// <param name="Path">Which values of each document.</param>
/// <param name="IsUnique">Whether a value may stand in one record only.</param>
public sealed record IndexDefinition(string Name, JsonPath Path, bool IsUnique)
{
    /// <summary>Indexes of one collection at most.</summary>
    public const int MaxPerCollection = 32;

    /// <summary>Values of one document in one index at most.</summary>
    public const int MaxValuesPerDocument = 4096;

    internal const int NameField = 1;
    internal const int PathField = 2;
    internal const int UniqueField = 3;

    /// <summary>Puts a definition together.</summary>
    /// <param name="name">The index's name.</param>
    /// <param name="path">Its path.</param>
    /// <param name="isUnique">Whether a value may stand in one record only.</param>
    /// <param name="definition">Null when it is none.</param>
    /// <returns>Null; otherwise a sentence that says what is wrong.</returns>
    public static string? TryCreate(string name, string path, bool isUnique, out IndexDefinition? definition)
    {
        definition = null;
        if (!CollectionName.IsValid(name)) return $"'{Shown(name)}' is no name for an index; use 1 to 64 of a-z, 0-9, _ and -.";
        if (JsonPath.TryParse(path, out var parsed) is { } violation)
            return $"'{Shown(path)}' is no path of an index: {violation}. Write names of members with dots between them, like address.city.";
        definition = new IndexDefinition(name, parsed!, isUnique);
        return null;
    }

    /// <summary>Decodes a definition.</summary>
    /// <exception cref="MalformedPayloadException">It is none.</exception>
    public static IndexDefinition Read(ReadOnlySpan<byte> message) =>
        TryRead(message, out var definition) is { } violation ? throw new MalformedPayloadException(violation) : definition!;

    /// <summary>The name alone, of a definition or of an operation that names an index; empty when there is none.</summary>
    /// <exception cref="MalformedPayloadException">The bytes are no message.</exception>
    public static string ReadName(ReadOnlySpan<byte> message)
    {
        var reader = new PayloadReader(message);
        while (reader.Next())
            if (reader.Field == NameField)
                return Encoding.UTF8.GetString(reader.Bytes);
        return string.Empty;
    }

    /// <summary>The message's bytes.</summary>
    public byte[] ToArray() => Encode(Name, Path.Text, IsUnique);

    internal static string? TryRead(ReadOnlySpan<byte> message, out IndexDefinition? definition)
    {
        var (name, path, unique) = (string.Empty, string.Empty, false);
        var reader = new PayloadReader(message);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case NameField: name = Encoding.UTF8.GetString(reader.Bytes); break;
                case PathField: path = Encoding.UTF8.GetString(reader.Bytes); break;
                case UniqueField: unique = reader.Number != 0; break;
            }
        }
        return TryCreate(name, path, unique, out definition);
    }

    internal static byte[] Encode(string name, string path, bool isUnique)
    {
        var (nameBytes, pathBytes) = (Encoding.UTF8.GetBytes(name), Encoding.UTF8.GetBytes(path));
        var bytes = new byte[PayloadWriter.SizeOfBytes(nameBytes.Length) + PayloadWriter.SizeOfBytes(pathBytes.Length) + PayloadWriter.SizeOfNumber(isUnique ? 1UL : 0)];
        var writer = new PayloadWriter(bytes);
        writer.Bytes(NameField, nameBytes);
        writer.Bytes(PathField, pathBytes);
        writer.Number(UniqueField, isUnique ? 1UL : 0);
        return bytes;
    }

    private static string Shown(string text) => text.Length <= 80 ? text : text[..80] + "…";
}
