using System.Text;

namespace Replication.Core.Indexes;

/// <summary>What is said of an index to people. Keys are shown shortened.</summary>
internal static class IndexText
{
    private const int ShownBytes = 80;

    public static string TooManyValues(IndexDefinition index, ReadOnlySpan<byte> key) =>
        $"Record '{Shown(key)}' has more than {IndexDefinition.MaxValuesPerDocument} values at '{index.Path}', which index '{index.Name}' does not take.";

    public static string NotUnique(ReadOnlySpan<byte> key, ReadOnlySpan<byte> holder) =>
        $"Records '{Shown(holder)}' and '{Shown(key)}' have the same value. Drop the index, change one of them, and create it again.";

    public static string Taken(IndexDefinition index, string collection, ReadOnlySpan<byte> holder) =>
        $"Index '{index.Name}' of collection '{collection}' is unique, and record '{Shown(holder)}' has the same value at '{index.Path}'. Change one of the two.";

    private static string Shown(ReadOnlySpan<byte> key) =>
        key.Length <= ShownBytes ? Encoding.UTF8.GetString(key) : Encoding.UTF8.GetString(key[..ShownBytes]) + "…";
}
