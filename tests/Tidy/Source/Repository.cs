namespace Replication.Tidy.Tests.Source;

/// <summary>The files that people write: no build output, nothing installed.</summary>
internal static class Repository
{
    private static readonly HashSet<string> Foreign = new(StringComparer.Ordinal) { "bin", "obj", ".git", "node_modules", "TestResults", "data", "artifacts", "results" };

    private static readonly HashSet<string> Texts = new(StringComparer.Ordinal)
    {
        ".cs", ".md", ".proto", ".sh", ".csproj", ".props", ".targets", ".json", ".js", ".mjs", ".css", ".html",
        ".service", ".timer", ".sysusers", ".conf", ".cfg", ".sql", ".yml", ".yaml", ".sln", ".editorconfig", ".gitignore", "",
    };

    /// <summary>Where the solution is.</summary>
    public static string Root { get; } = FindRoot(AppContext.BaseDirectory);

    private static readonly Lazy<IReadOnlyList<SourceFile>> All = new(() => [.. Walk(Root).Select(Read)]);

    /// <summary>Every text file. Not the samples, which are there to be wrong.</summary>
    public static IReadOnlyList<SourceFile> Files => All.Value;

    /// <summary>Whether a file or a folder is there; the path is relative to the root.</summary>
    public static bool Exists(string path) => Path.Exists(Path.Combine(Root, path));

    /// <summary>The folders of projects: the path of each project file without its name, and its name without the extension.</summary>
    public static IReadOnlyList<(string Folder, string Name, string Text)> Projects { get; } =
        [.. Walk(Root).Where(path => path.EndsWith(".csproj", StringComparison.Ordinal)).Select(Read)
            .Select(file => (Path.GetDirectoryName(file.Path)!, Path.GetFileNameWithoutExtension(file.Path), file.Text))];

    private static SourceFile Read(string path) => new(Path.GetRelativePath(Root, path).Replace('\\', '/'), File.ReadAllText(path));

    private static IEnumerable<string> Walk(string folder)
    {
        foreach (var file in Directory.EnumerateFiles(folder).Order(StringComparer.Ordinal))
            if (Texts.Contains(Path.GetExtension(file)))
                yield return file;
        foreach (var inner in Directory.EnumerateDirectories(folder).Order(StringComparer.Ordinal))
        {
            if (Foreign.Contains(Path.GetFileName(inner)) || inner.EndsWith("tests/Tidy/Samples", StringComparison.Ordinal)) continue;
            foreach (var file in Walk(inner)) yield return file;
        }
    }

    private static string FindRoot(string from)
    {
        for (var folder = new DirectoryInfo(from); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "Replication.sln")))
                return folder.FullName;
        throw new DirectoryNotFoundException($"No Replication.sln above {from}.");
    }
}
