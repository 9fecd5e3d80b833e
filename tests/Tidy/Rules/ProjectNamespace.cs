using System.Xml.Linq;
using Replication.Tidy.Tests.Source;

namespace Replication.Tidy.Tests.Rules;

/// <summary>The namespace that a file's folder stands for: the project's root namespace, then the folders inside it.</summary>
internal static class ProjectNamespace
{
    private static readonly IReadOnlyList<(string Folder, string Root)> Roots =
        [.. Repository.Projects.Select(project => (project.Folder, RootOf(project.Name, project.Text))).OrderByDescending(project => project.Folder.Length)];

    public static string Of(string path)
    {
        var folder = Path.GetDirectoryName(path)!;
        var (owner, root) = Roots.FirstOrDefault(project => folder == project.Folder || folder.StartsWith(project.Folder + "/", StringComparison.Ordinal));
        return owner is null ? string.Empty : (root + folder[owner.Length..].Replace('/', '.'));
    }

    private static string RootOf(string name, string project) =>
        XDocument.Parse(project).Descendants("RootNamespace").FirstOrDefault()?.Value ?? $"Replication.{name}";
}
