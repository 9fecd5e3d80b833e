namespace Replication.Tidy.Tests.Source;

/// <summary>
/// Wrong files, kept as text: "=== path" begins a file as if it were at that path, and a line that a rule has to find
/// ends with a mark. The lines without one are right, so a rule that finds too much is wrong too.
/// </summary>
internal sealed class Sample
{
    private const string FileMark = "=== ";
    private static readonly string[] WrongMarks = ["//!", "<!--!-->", "#!wrong"];

    private Sample(IReadOnlyList<SourceFile> files, IReadOnlyList<(string Path, int Line)> wrong)
    {
        Files = files;
        Wrong = wrong;
    }

    public IReadOnlyList<SourceFile> Files { get; }

    /// <summary>What a rule has to find.</summary>
    public IReadOnlyList<(string Path, int Line)> Wrong { get; }

    /// <summary>Names of all samples.</summary>
    public static IEnumerable<string> Names => typeof(Sample).Assembly.GetManifestResourceNames();

    public static Sample Load(string name)
    {
        using var stream = typeof(Sample).Assembly.GetManifestResourceStream(name) ?? throw new FileNotFoundException($"The rule {name} has no sample in tests/Tidy/Samples.");
        using var reader = new StreamReader(stream);
        var files = new List<SourceFile>();
        var wrong = new List<(string, int)>();
        foreach (var part in ("\n" + reader.ReadToEnd()).Split("\n" + FileMark, StringSplitOptions.RemoveEmptyEntries))
        {
            var lines = part.Split('\n');
            files.Add(new SourceFile(lines[0].Trim(), string.Join('\n', lines[1..])));
            for (var i = 1; i < lines.Length; i++)
                if (WrongMarks.Any(mark => lines[i].EndsWith(mark, StringComparison.Ordinal)))
                    wrong.Add((lines[0].Trim(), i));
        }
        return new Sample(files, wrong);
    }
}
