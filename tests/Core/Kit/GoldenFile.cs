namespace Replication.Core.Tests.Kit;

/// <summary>
/// Bytes of a format as they were when it was made, checked in as hexadecimal text. There is no code that writes such a
/// file: what a released version wrote stays readable for ever.
/// </summary>
internal static class GoldenFile
{
    /// <summary>The bytes; whatever stands behind a # is a comment.</summary>
    public static byte[] Read(string name)
    {
        using var stream = typeof(GoldenFile).Assembly.GetManifestResourceStream(name) ?? throw new FileNotFoundException($"There is no golden file '{name}'.");
        using var reader = new StreamReader(stream);
        var digits = reader.ReadToEnd().Split('\n').Select(line => line.Split('#')[0]);
        return Convert.FromHexString(string.Concat(string.Concat(digits).Where(char.IsAsciiHexDigit)));
    }
}
